/**
 * Downloads over FTP, and over FTP with implicit TLS (`ftps`), by basic-ftp.
 *
 * Always true: both connections go to the one address that was looked at. A server that names another address for its
 * data is refused by the library.
 */

import { isIP } from 'node:net';
import { PassThrough } from 'node:stream';
import { Client } from 'basic-ftp';
import { resolveGuarded } from '../../../../runtime/network/guarded-lookup';
import type { Source, SourceOptions } from './source';

const PORTS: Readonly<Record<string, number>> = { 'ftp:': 21, 'ftps:': 990 };

/** Opens a download. A reply that is not positive ends its bytes with an error. */
export async function openFtp(uri: string, { stallMs, signal, authorities }: SourceOptions): Promise<Source> {
  const url = new URL(uri);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const path = pathOf(url);
  const client = new Client(stallMs);
  const close = (): void => client.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await client.access({
      host: await resolveGuarded(host),
      port: url.port === '' ? (PORTS[url.protocol] ?? 21) : Number(url.port),
      user: textOf(url.username) || 'anonymous',
      password: textOf(url.password) || 'ftp@example.com',
      ...(url.protocol === 'ftps:' && {
        secure: 'implicit',
        secureOptions: {
          servername: isIP(host) === 0 ? host : '',
          ...(authorities && { ca: [...authorities] }),
        },
      }),
    });
  } catch (error) {
    close();
    throw error;
  }
  const bytes = new PassThrough();
  client.downloadTo(bytes, path).then(
    () => close(),
    (error: unknown) => {
      close();
      bytes.destroy(error as Error);
    },
  );
  return { bytes, close };
}

/** The path as a command of FTP takes it: relative to where the user starts, absolute with `%2F`. */
function pathOf({ pathname }: URL): string {
  return textOf(pathname.slice(1));
}

/** A part of a URL without its escapes. A line break would be a command of its own. */
function textOf(part: string): string {
  const text = decodeURIComponent(part);
  if (/[\0\r\n]/.test(text)) throw new Error('Illegal characters in URI');
  return text;
}
