/**
 * Makes marathon-lb's names of backends, servers, ACLs and cookies, so that dashboards and sessions stay valid.
 *
 * The two hash functions come from the edge; they are pure.
 */

export interface Digests {
  sha1(text: string): string;
  sha256(text: string): string;
}

/** HAProxy's limit for `id`; server ids are from 1 to 32766. */
const SERVER_ID_LIMIT = 32_767;

/** Letters, digits and hyphens stay, everything else becomes `_`. */
export function cleaned(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, '_');
}

/** `web_shop_10000` of `/web/shop` and 10000: the name of its frontend and backend. */
export function backendName(appId: string, servicePort: number): string {
  return `${appId.replace(/^\//, '').replaceAll('/', '_')}_${servicePort}`;
}

/** The host ACL's suffix: the first host name, then the app. */
export function hostSuffix(appId: string, firstHost: string): string {
  return `${cleaned(firstHost)}${appId.replace(/^\/?/, '_').replaceAll('/', '_')}`;
}

/** The ACL that tests the X-Marathon-App-Id header. */
export function appIdAcl(appId: string): string {
  return `app_${cleaned(appId)}`;
}

/** Host, address and port; the host is left out when it is the address. */
export function serverName(host: string, address: string, port: number): string {
  return cleaned(host === address ? `${address}_${port}` : `${host}_${address}_${port}`);
}

/** A number for a server that stays the same over reloads. `usedIds` are the ids of servers before it. */
export function serverId(name: string, usedIds: ReadonlySet<number>, digests: Digests): number {
  for (let text = name; ; ) {
    const hash = digests.sha256(text);
    const id = remainder(hash);
    if (id > 0 && !usedIds.has(id)) return id;
    text = `${text} ${hash}`;
  }
}

/** A number of hexadecimal digits, modulo the limit. */
function remainder(hex: string): number {
  let rest = 0;
  for (let index = 0; index < hex.length; index += 8)
    rest = (rest * 2 ** 32 + Number.parseInt(hex.slice(index, index + 8), 16)) % SERVER_ID_LIMIT;
  return rest;
}

/** The value of the sticky cookie for a server. */
export function cookieValue(name: string, digests: Digests): string {
  return digests.sha1(name).slice(0, 10);
}
