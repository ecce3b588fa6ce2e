/** Reads the address of an ensemble in Mesos' form: `zk://[user:password@]host[:port],host[:port]/path`. */

export interface ZkUrl {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** Begins with a slash and does not end in one, unless it is the root. */
  readonly path: string;
  /** `user:password` for the digest scheme. */
  readonly auth: string | undefined;
}

const PORT = 2181;

/** Reads the address. The error does not repeat it, since it may have a password. */
export function readZkUrl(text: string): ZkUrl | { readonly error: string } {
  const bare = text.trim();
  if (!bare.startsWith('zk://')) return { error: 'expected zk://host:2181,.../path' };
  const rest = bare.slice('zk://'.length);
  const atSign = rest.lastIndexOf('@');
  const auth = atSign < 0 ? undefined : rest.slice(0, atSign);
  if (auth !== undefined && !/^[^:]+:.+$/s.test(auth))
    return { error: 'expected user:password before the @' };
  const place = rest.slice(atSign + 1);
  const slash = place.indexOf('/');
  const list = slash < 0 ? place : place.slice(0, slash);
  const servers = [];
  for (const item of list.split(',')) {
    const server = readServer(item.trim());
    if ('error' in server) return server;
    servers.push(server);
  }
  const path = readPath(slash < 0 ? '/' : place.slice(slash));
  return path === undefined
    ? { error: 'the path has empty parts or odd characters' }
    : { servers, path, auth };
}

function readServer(item: string): { host: string; port: number } | { error: string } {
  if (/^[^:[\]]+:(\d*:)?$/.test(item))
    return { error: 'a server ends in a colon, as in host:2181:/path: write host:2181,.../path' };
  if (/[[\]]/.test(item) || item.split(':').length > 2)
    return { error: 'an IPv6 address cannot stand here: use a host name that resolves to it' };
  const match = /^([A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(item);
  const port = match?.[2] === undefined ? PORT : Number(match[2]);
  if (match?.[1] === undefined || port < 1 || port > 65_535)
    return { error: 'each server is host or host:port' };
  return { host: match[1], port };
}

function readPath(text: string): string | undefined {
  const path = text.length > 1 ? text.replace(/\/+$/, '') : text;
  if (path === '') return '/';
  const parts = path === '/' ? [] : path.slice(1).split('/');
  const usable = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && !/[^ -\ud7ff]/.test(part),
  );
  return usable ? path : undefined;
}
