/**
 * Readers of label values: text in, a typed value or a complaint with its column out.
 *
 * Always true: no text that a reader returns holds a control character, quote, backslash, `#` or anything that is not
 * ASCII, and a word holds no blank. So no value can end a line of the configuration, or add a directive to it.
 */

/** Why a value cannot be used, and from which column on. `instead` is what stands in for it, if anything does. */
export interface Complaint<T> {
  readonly error: string;
  readonly column: number;
  readonly instead?: T | undefined;
}
export type Reading<T> = { readonly value: T } | Complaint<T>;
export type Reader<T> = (text: string) => Reading<T>;

/** A path_beg test: optional `-i`, then one or more beginnings. */
export interface PathTest {
  readonly ignoreCase: boolean;
  readonly paths: readonly string[];
}
export interface Auth {
  readonly realm: string;
  readonly user: string;
  /** As crypt(3) writes it. */
  readonly password: string;
}

const UNSAFE = /[^\x21-\x7e]|["'\\#`]/;
const UNSAFE_NAMES: Readonly<Record<string, string>> = {
  ' ': 'a blank',
  '\t': 'a tab',
  '\n': 'a line end',
  '\r': 'a line end',
};

/** Whether a text may stand in the configuration as one word. The one gate for everything that apps bring along. */
export function isSafeWord(text: string): boolean {
  return text !== '' && !UNSAFE.test(text);
}

/** One word that is safe in the configuration. */
export function word(text: string): Reading<string> {
  if (text === '') return { error: 'the value is empty', column: 1 };
  const at = text.search(UNSAFE);
  if (at < 0) return { value: text };
  const found = text.charAt(at);
  return { error: `${UNSAFE_NAMES[found] ?? JSON.stringify(found)} is not allowed here`, column: at + 1 };
}

/** A safe word that also looks as described. */
export function wordLike(pattern: RegExp, expected: string): Reader<string> {
  return (text) => {
    const read = word(text);
    if ('error' in read || pattern.test(text)) return read;
    return { error: `expected ${expected}`, column: 1 };
  };
}

/** Marathon-lb's booleans: true, t, yes, y; everything else is false, and a complaint when it is no known no. */
export function boolean(text: string): Reading<boolean> {
  const lower = text.trim().toLowerCase();
  if (['true', 't', 'yes', 'y'].includes(lower)) return { value: true };
  if (['false', 'f', 'no', 'n', '0', 'off', ''].includes(lower)) return { value: false };
  return { error: 'expected true or false; it counts as false', column: 1, instead: false };
}

/** A whole number within limits. */
export function wholeNumber(min: number, max: number): Reader<number> {
  return (text) => {
    const number = /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return { value: number };
    return { error: `expected a whole number from ${min} to ${max}`, column: 1 };
  };
}

/** One of a few words, in any case. */
export function oneOf<W extends string>(...words: readonly W[]): Reader<W> {
  return (text) => {
    const found = words.find((candidate) => candidate === text.trim().toLowerCase());
    return found === undefined
      ? { error: `expected one of ${words.join(', ')}`, column: 1 }
      : { value: found };
  };
}

/** A list; complaints point at the item. Blanks around items are dropped, and so are empty items. */
export function listOf<T>(separator: ',' | ' ', item: Reader<T>): Reader<readonly T[]> {
  const piece = separator === ',' ? /[^,]+/g : /[^ \t]+/g;
  return (text) => {
    const values: T[] = [];
    for (const match of text.matchAll(piece)) {
      const trimmed = match[0].trim();
      if (trimmed === '') continue;
      const read = item(trimmed);
      if ('error' in read) {
        const before = match[0].length - match[0].trimStart().length;
        return { error: read.error, column: match.index + before + read.column };
      }
      values.push(read.value);
    }
    return values.length > 0 ? { value: values } : { error: 'the value is empty', column: 1 };
  };
}

const HOST = wordLike(
  /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/,
  'a host name',
);

/** A host name, in lower case. Wildcards are no host names. */
export function host(text: string): Reading<string> {
  return HOST(text.toLowerCase());
}

/** The name of a group. */
export const groupName: Reader<string> = word;

/** A path that begins with a slash. */
export const path = wordLike(/^\/[A-Za-z0-9._~%+=@,:&!*;/-]*$/, 'a path such as /shop');

/** `path_beg` arguments: flags first, then beginnings of paths. Of the flags only `-i` is known. */
export function pathTest(text: string): Reading<PathTest> {
  const flag = /^\s*-i\s+/.exec(text)?.[0] ?? '';
  const read = listOf(' ', path)(text.slice(flag.length));
  if ('error' in read) return { error: read.error, column: read.column + flag.length };
  return { value: { ignoreCase: flag !== '', paths: read.value } };
}

/** `realm:user:cryptpassword`. */
export function auth(text: string): Reading<Auth> {
  const read = word(text);
  if ('error' in read) return { error: read.error, column: read.column };
  const [realm, user, password, more] = text.split(':');
  if (!realm || !user || !password || more !== undefined)
    return { error: 'expected realm:user:password, the password as crypt(3) writes it', column: 1 };
  const variable = `${realm}${user}`.indexOf('$');
  if (variable >= 0) return { error: '"$" is not allowed in realm and user', column: text.indexOf('$') + 1 };
  return { value: { realm, user, password } };
}

const V4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** Whether this is an IPv4 address, or (loosely) an IPv6 address. */
export function isAddress(text: string): boolean {
  return V4.test(text) || isV6(text);
}

function isV6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const words = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const full = halves.length === 2 ? words.length <= 7 : words.length === 8;
  return full && words.every((piece) => /^[0-9a-fA-F]{1,4}$/.test(piece));
}

/** An address with an optional prefix length. */
export function network(text: string): Reading<string> {
  const [address = '', bits, more] = text.split('/');
  const bitsMax = V4.test(address) ? 32 : 128;
  const bitsFit = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax);
  if (isAddress(address) && bitsFit && more === undefined) return { value: text };
  return { error: 'expected an address such as 10.0.0.0/8', column: 1 };
}

/** An address to listen on. */
export function bindAddress(text: string): Reading<string> {
  if (text === '*' || isAddress(text)) return { value: text };
  return { error: 'expected an IP address, or *', column: 1 };
}

const BALANCE =
  /^((static-rr|roundrobin|leastconn|first|source|random(\(\d{1,3}\))?|rdp-cookie(\([\w-]+\))?|hdr\([\w-]+\))|uri( (whole|path-only|len \d{1,4}|depth \d{1,4}))*|url_param [\w-]+( check_post)?)$/;

/** HAProxy's balance algorithms with their arguments. */
export function balance(text: string): Reading<string> {
  const value = text.trim().replace(/ +/g, ' ');
  if (BALANCE.test(value)) return { value };
  return { error: 'expected a balance algorithm such as roundrobin, leastconn or source', column: 1 };
}

/** Paths of certificates: one, or several with ` crt ` between, as HAProxy writes them. */
export function certificates(text: string): Reading<readonly string[]> {
  const paths: string[] = [];
  for (const match of text.matchAll(/(?:^|\scrt\s+)\s*((?:(?!\scrt\s).)*)/gs)) {
    const found = (match[1] ?? '').trim();
    if (/^[A-Za-z0-9@][A-Za-z0-9._@%+=:/-]*$|^\/[A-Za-z0-9._@%+=:/-]+$/.test(found)) paths.push(found);
    else return { error: 'expected the path of a certificate', column: match.index + 1 };
  }
  return paths.length > 0 ? { value: paths } : { error: 'the value is empty', column: 1 };
}

/** Options of a bind line that apps may set: those without a value, and those with one. */
const BIND_FLAGS = new Set(
  (
    'accept-proxy allow-0rtt defer-accept force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 ' +
    'no-alpn no-ca-names no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 prefer-client-ciphers ssl ' +
    'strict-sni tfo transparent v4v6 v6only'
  ).split(' '),
);
const BIND_VALUES = new Set(
  (
    'alpn backlog ca-file ca-ignore-err ca-verify-file ciphers ciphersuites crl-file crt crt-ignore-err crt-list ' +
    'curves ecdhe interface maxconn mss name nice npn ssl-max-ver ssl-min-ver tcp-ut tls-ticket-keys verify'
  ).split(' '),
);

/** Options of a bind line, checked against the ones that are known. */
export function bindOptions(text: string): Reading<string> {
  const words = [...text.matchAll(/\S+/g)];
  for (let at = 0; at < words.length; at++) {
    const found = words[at];
    if (!found) break;
    const [option] = found;
    const column = found.index + 1;
    if (BIND_FLAGS.has(option)) continue;
    if (!BIND_VALUES.has(option)) return { error: `${JSON.stringify(option)} is no option of bind`, column };
    const value = words[++at];
    if (!value) return { error: `${option} needs a value`, column };
    const read = word(value[0]);
    if ('error' in read) return { error: read.error, column: value.index + read.column };
  }
  if (words.length === 0) return { error: 'the value is empty', column: 1 };
  return { value: words.map(([one]) => one).join(' ') };
}

/** A name of a deployment group: an app id with or without its first slash. */
export const groupId = wordLike(/^\/?[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, 'an app id such as /shop');

/** A moment such as 2024-05-01T10:00:00. */
export function moment(text: string): Reading<string> {
  if (Number.isNaN(Date.parse(text)))
    return { error: 'expected a time such as 2024-05-01T10:00:00Z', column: 1 };
  return { value: text };
}
