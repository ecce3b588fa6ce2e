/**
 * Servers for tests of the fetcher: HTTP, and as much of FTP as a download needs.
 */

import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

export interface HttpPages {
  readonly url: string;
  /** The requests so far, as `GET /path`. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
export type Page = Buffer | string | Handler;

/** The files of a certificate and its key, for a server with TLS. */
export interface ServerFiles {
  readonly key: string;
  readonly cert: string;
}

const pairOf = ({ key, cert }: ServerFiles) => ({ key: readFileSync(key), cert: readFileSync(cert) });

/** Serves pages by their paths; `other` answers for the rest, 404 without it. */
export async function httpServer(
  pages: Readonly<Record<string, Page>>,
  { other, tls }: { readonly other?: Handler; readonly tls?: ServerFiles } = {},
): Promise<HttpPages> {
  const requests: string[] = [];
  const handle: Handler = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const page = pages[request.url ?? ''] ?? other;
    if (page === undefined) return void response.writeHead(404).end('no');
    if (typeof page === 'function') return page(request, response);
    response.writeHead(200, { 'content-length': Buffer.byteLength(page) });
    response.end(request.method === 'HEAD' ? undefined : page);
  };
  const server = tls ? createHttps(pairOf(tls), handle) : createHttp(handle);
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${await listening(server)}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url, requests, close };
}

export interface FtpServer {
  readonly port: number;
  readonly commands: string[];
  readonly close: () => Promise<void>;
}

/**
 * Serves files by FTP to anonymous users. `data` is the host that it names for data in its answer to PASV; `tls` makes both
 * connections those of `ftps`.
 */
export async function ftpServer(
  files: Readonly<Record<string, Buffer>>,
  { data = '127.0.0.1', tls }: { readonly data?: string; readonly tls?: ServerFiles } = {},
): Promise<FtpServer> {
  const connectionEvent = tls ? 'secureConnection' : 'connection';
  const open = (connected?: (socket: Socket) => void): Server =>
    tls ? createTls(pairOf(tls), connected) : createServer(connected);
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server = open((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    let transfer: Promise<Socket> | undefined;
    const listen = async (): Promise<number> => {
      const passive = open();
      transfer = new Promise((resolve) => passive.once(connectionEvent, resolve));
      void transfer.then(() => passive.close());
      passive.unref();
      return await listening(passive);
    };
    const answer = async (line: string): Promise<void> => {
      commands.push(line);
      const [command = '', ...rest] = line.split(' ');
      const argument = rest.join(' ');
      if (command === 'USER') return say('331 password');
      if (command === 'PASS') return say('230 in');
      if (command === 'EPSV') return say('502 no');
      if (command === 'PASV') {
        const port = await listen();
        return say(`227 ok (${data.replaceAll('.', ',')},${port >> 8},${port & 255})`);
      }
      if (command !== 'RETR') return say(command === 'FEAT' ? '502 no' : '200 ok');
      const file = files[argument];
      if (!file) return say('550 no such file');
      say('150 here it comes');
      (await transfer)?.end(file);
      say('226 done');
    };
    say('220 hello');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      const lines = text.split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) void answer(line);
    });
  });
  const port = await listening(server);
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  };
  return { port, commands, close };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
