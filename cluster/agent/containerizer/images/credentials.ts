/**
 * The credentials of registries in the forms of Docker: `config.json`, or the older `.dockercfg`, keyed by `host:port` or
 * by a URL (Mesos 1.11 src/docker/spec.cpp, parseAuthConfig). Pure.
 *
 * Always true: no text of an error has a part of a secret.
 */

export interface Credentials {
  /** `host:port` to user and password in base64. */
  readonly auths: Readonly<Record<string, { readonly auth: string }>>;
}

/** Reads the JSON. Throws with what is expected. */
export function readCredentials(text: string): Credentials {
  const entries = Object.entries(authsOf(text));
  const auths = entries.flatMap(([key, value]) => {
    const auth = { auth: authOf(value) };
    // skopeo looks for the host, and the command of Docker for the key as it was written.
    return [[key, auth] as const, [hostOf(key), auth] as const];
  });
  return { auths: Object.fromEntries(auths) };
}

function authsOf(text: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('expected JSON such as {"auths": {"HOST:PORT": {"auth": "BASE64"}}}');
  }
  if (!isObject(json)) throw new Error('expected a JSON object');
  const auths = 'auths' in json ? json.auths : json;
  if (!isObject(auths)) throw new Error('expected an object as "auths"');
  return auths;
}

function authOf(value: unknown): string {
  const { auth } = (isObject(value) ? value : {}) as { readonly auth?: unknown };
  if (typeof auth !== 'string') throw new Error('expected "auth" of each registry, user:password in base64');
  return auth;
}

/** The host of a key, which may be a URL: `https://index.docker.io/v1/` is Docker's hub. */
function hostOf(key: string): string {
  const [host = ''] = key.replace(/^https?:\/\//, '').split('/');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
