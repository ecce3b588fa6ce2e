/**
 * Readers of label values: each makes a typed value of a text, or returns an error with its column.
 *
 * Always true: no text that a reader returns holds a control character, quote, backslash or `#`, and a word holds no
 * blank. So no value can end a line of the configuration, or add a directive to it. Letters that are not ASCII are in
 * the realm of `auth` alone.
 */

/** The reason why a value, or a part of it, has another effect than it seems to have; columns count from 1. */
export interface ValueWarning {
  readonly error: string;
  readonly column: number;
}
/** The reason why a value cannot be used, with the value that is used in its place, if there is one. */
export interface ValueError<T> extends ValueWarning {
  readonly substitute?: T | undefined;
}
/** A value, perhaps with warnings about items that were left out and surprising effects; or an error. */
export type ReadResult<T> =
  | { readonly value: T; readonly warnings?: readonly ValueWarning[] }
  | ValueError<T>;
export type Reader<T> = (text: string) => ReadResult<T>;

/** The arguments of a path_beg test: optional `-i` and `-m METHOD`, then one or more patterns. */
export interface PathTest {
  readonly ignoreCase: boolean;
  /** The matching method after `-m`, such as `reg`; without one it is that of path_beg. */
  readonly method?: string;
  readonly paths: readonly string[];
}
export interface BasicAuth {
  readonly realm: string;
  readonly user: string;
  /** As crypt(3) writes it. */
  readonly password: string;
}

const UNSAFE = /[^\x21-\x7e]|["'\\#`]/;
const SIGN_NAMES: Readonly<Record<string, string>> = {
  ' ': 'a blank',
  '\t': 'a tab',
  '\n': 'a line end',
  '\r': 'a line end',
};

/**
 * True for a text that may stand in the configuration as one word. Everything that comes from apps passes this test.
 */
export function isSafeWord(text: string): boolean {
  return text !== '' && !UNSAFE.test(text);
}

/** One word that is safe in the configuration. */
export function word(text: string): ReadResult<string> {
  if (text === '') return { error: 'the value is empty', column: 1 };
  const index = text.search(UNSAFE);
  if (index < 0) return { value: text };
  const sign = text.charAt(index);
  return { error: `${SIGN_NAMES[sign] ?? JSON.stringify(sign)} is not allowed here`, column: index + 1 };
}

/** A safe word that also matches a pattern. */
export function wordMatching(pattern: RegExp, expected: string): Reader<string> {
  return (text) => {
    const read = word(text);
    if ('error' in read || pattern.test(text)) return read;
    return { error: `expected ${expected}`, column: 1 };
  };
}

/** Marathon-lb's booleans: true, t, yes and y are true, everything else is false. An unknown word is an error, too. */
export function boolean(text: string): ReadResult<boolean> {
  const lower = text.trim().toLowerCase();
  if (['true', 't', 'yes', 'y'].includes(lower)) return { value: true };
  if (['false', 'f', 'no', 'n', '0', 'off'].includes(lower)) return { value: false };
  if (lower === '') return { error: 'the value is empty; it counts as false', column: 1, substitute: false };
  return { error: 'expected true or false; it counts as false', column: 1, substitute: false };
}

/** A whole number within limits. */
export function wholeNumber(min: number, max: number): Reader<number> {
  return (text) => {
    const number = /^\s*[+-]?\d{1,9}\s*$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return { value: number };
    return { error: `expected a whole number from ${min} to ${max}`, column: 1 };
  };
}

/** One of a few words, in any case. */
export function oneOf<W extends string>(...words: readonly W[]): Reader<W> {
  return (text) => {
    const choice = words.find((candidate) => candidate === text.trim().toLowerCase());
    return choice === undefined
      ? { error: `expected one of ${words.join(', ')}`, column: 1 }
      : { value: choice };
  };
}

interface ListItem {
  readonly text: string;
  readonly column: number;
}

/** The items of a list, trimmed; empty items are dropped. */
function itemsOf(text: string, separator: ',' | ' '): ListItem[] {
  return [...text.matchAll(separator === ',' ? /[^,]+/g : /\S+/g)].flatMap((match) => {
    const trimmed = match[0].trim();
    const blanks = match[0].length - match[0].trimStart().length;
    return trimmed === '' ? [] : [{ text: trimmed, column: match.index + blanks + 1 }];
  });
}

/**
 * A list. An item that cannot be used is left out with a warning. When no item is left the value is an error, with
 * `substitute` in its place.
 */
export function listOf<T>(
  separator: ',' | ' ',
  item: Reader<T>,
  substitute?: readonly T[],
): Reader<readonly T[]> {
  return (text) => {
    const values: T[] = [];
    const warnings: ValueWarning[] = [];
    for (const { text: entry, column } of itemsOf(text, separator)) {
      const reading = item(entry);
      const about = 'value' in reading ? (reading.warnings ?? []) : [reading];
      warnings.push(
        ...about.map((warning) => ({ error: warning.error, column: column + warning.column - 1 })),
      );
      if ('value' in reading) values.push(reading.value);
    }
    const [first] = warnings;
    if (values.length > 0) return { value: values, ...(first ? { warnings } : {}) };
    return first ? { ...first, substitute } : { error: 'the value is empty', column: 1 };
  };
}

const HOST = wordMatching(
  /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?|\[[0-9a-f:.]+\])$/,
  'a host name',
);
const WILDCARD = 'a wildcard matches no name; list each name, or replace the template HTTP_FRONTEND_ACL';

/**
 * A host name in lower case, as the `Host` header has it, with its port if it has one. Wildcards are refused: HAProxy
 * would compare them letter by letter.
 */
export function host(text: string): ReadResult<string> {
  const lower = text.toLowerCase();
  const port = /:\d{1,5}$/.exec(lower)?.[0] ?? '';
  const name = HOST(lower.slice(0, lower.length - port.length));
  if ('value' in name && port === '') return name;
  if ('value' in name) {
    const error = `matches only requests with ${port.slice(1)} in their Host header, and none over HTTPS`;
    return { value: lower, warnings: [{ error: `${lower} ${error}`, column: 1 }] };
  }
  if (text.includes('*')) return { error: WILDCARD, column: text.indexOf('*') + 1 };
  if (/^https?:\/\//.test(lower)) return { error: 'expected a host name alone, without http://', column: 1 };
  const letter = text.search(/[^\0-\x7f]/);
  if (letter >= 0) return { error: 'write this name in its ASCII form, xn--...', column: letter + 1 };
  return name;
}

/** Names of groups, which never stand in the configuration. An empty list is valid: only `--group *` serves such an app. */
export function groupNames(text: string): ReadResult<readonly string[]> {
  const control = text.search(/\p{Cc}/u);
  if (control >= 0) return { error: 'a control character is not allowed here', column: control + 1 };
  return { value: itemsOf(text, ',').map((item) => item.text) };
}

/** A path that begins with a slash. */
export const path = wordMatching(/^\/[A-Za-z0-9._~%+=@,:&!*;/-]*$/, 'a path such as /shop');

/**
 * Texts that HAProxy would not take as patterns, or would expand: options, operators, `%[`, `$NAME`.
 */
const NO_PATTERN = /^[-!{}]|^(\|\||or|if|unless)$|%[[{]|\$[A-Za-z_{]/i;

/** A backslash and the character after it, which HAProxy leaves as they are. */
const ESCAPED = /\\(?![nrtx"'#`])[!-~]/g;

/**
 * True for a text that may stand as a pattern of an ACL: a safe word, in which a backslash may stand before
 * a letter or sign.
 */
export function isPattern(text: string): boolean {
  return isSafeWord(text.replace(ESCAPED, '.')) && !NO_PATTERN.test(text);
}

/** Matching methods that are allowed after `-m`. */
const METHODS = new Set(['beg', 'dir', 'dom', 'end', 'reg', 'str', 'sub']);

function pathPattern(text: string): ReadResult<string> {
  if (isPattern(text)) return { value: text };
  const bare = word(text.replace(ESCAPED, '..'));
  if ('error' in bare) {
    const letter = /[^\0-\x7f]/.test(text) ? '; write it percent-encoded' : '';
    return { error: bare.error + letter, column: bare.column };
  }
  return text.startsWith('-') ? noOption(text) : { error: 'expected a path such as /shop', column: 1 };
}

function noOption(option: string): ValueError<never> {
  return { error: `the option ${option} is not taken here; -i and -m METHOD come first`, column: 1 };
}

/** `path_beg` arguments: options first, then patterns. Of the options `-i`, `-m` and `--` are known. */
export function pathTest(text: string): ReadResult<PathTest> {
  let ignoreCase = false;
  let method: string | undefined;
  let start = 0;
  for (let option = OPTION.exec(text); option; option = OPTION.exec(text.slice(start))) {
    if (option[1] === '-i') ignoreCase = true;
    else if (option[2] !== undefined) method = option[2].toLowerCase();
    if (method !== undefined && !METHODS.has(method))
      return { error: `expected -m with one of ${[...METHODS].join(', ')}`, column: start + 1 };
    start += option[0].length;
    if (option[1] === '--') break;
  }
  const rest = text.slice(start);
  const option = /^\s*(-\S*)/.exec(rest)?.[1];
  const reading = option === undefined ? listOf(' ', pathPattern)(rest) : noOption(option);
  if ('error' in reading) return { error: reading.error, column: reading.column + start };
  const warnings = (reading.warnings ?? []).map(({ error, column }) => ({ error, column: column + start }));
  const value = { ignoreCase, ...(method === undefined ? {} : { method }), paths: reading.value };
  return { value, ...(warnings.length > 0 ? { warnings } : {}) };
}

const OPTION = /^\s*(-i|--|-m\s+(\S+))\s+/;

/** The target of a redirect: a path, or a URL. */
export function redirectTarget(text: string): ReadResult<string> {
  const reading = word(text);
  if ('error' in reading) return reading;
  if (/^(https?:\/\/[^/?]+)?\/|^https?:\/\/[^/?]+$/i.test(text) && !NO_PATTERN.test(text)) return reading;
  return { error: 'expected a path such as /shop, or a URL', column: 1 };
}

/** Forms of crypt(3): `$id$...`, and the two old ones. */
const CRYPT = /^(\$[a-z0-9]+\$.+|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19})$/;
const NO_REALM = /[\p{C}\p{Zl}\p{Zp}"'\\$#`]/u;

/** `realm:user:cryptpassword`. The realm may have blanks. */
export function auth(text: string): ReadResult<BasicAuth> {
  const [realm = '', user = '', password = '', ...more] = text.split(':');
  if (realm.trim() === '' || user === '' || password === '' || more.length > 0)
    return { error: 'expected realm:user:password, the password as crypt(3) writes it', column: 1 };
  const wrong = realm.search(NO_REALM);
  if (wrong >= 0) {
    const sign = realm.charAt(wrong);
    return {
      error: `${SIGN_NAMES[sign] ?? JSON.stringify(sign)} is not allowed in the realm`,
      column: wrong + 1,
    };
  }
  const credentials = word(`${user}:${password}`);
  if ('error' in credentials)
    return { error: credentials.error, column: realm.length + 1 + credentials.column };
  if (user.includes('$'))
    return { error: '"$" is not allowed in realm and user', column: realm.length + user.indexOf('$') + 2 };
  const value = { realm, user, password };
  if (CRYPT.test(password)) return { value };
  const error =
    'this password is not as crypt(3) writes it, so that no password fits; `openssl passwd -6` makes one';
  return { value, warnings: [{ error, column: text.length - password.length + 1 }] };
}

const V4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** True for an IPv4 address, or (loosely) an IPv6 address. */
export function isAddress(text: string): boolean {
  return V4.test(text) || isV6(text);
}

function isV6(text: string): boolean {
  const embedded = /^(.*:)([\d.]+)$/.exec(text);
  if (embedded?.[2]?.includes('.')) return V4.test(embedded[2]) && isV6(`${embedded[1]}0:0`);
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const words = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const full = halves.length === 2 ? words.length <= 7 : words.length === 8;
  return full && words.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group));
}

/** HAProxy reads masks such as 255.255.0.0, and prefixes such as 10.1/16. */
const MASK = /^1*0*$/;
const ADDRESS_PREFIX = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){0,2}$/;

/** An address with an optional prefix length or mask. Names are refused: HAProxy would not start without a resolver. */
export function network(text: string): ReadResult<string> {
  const [address = '', bits, more] = text.split('/');
  const invalid = { error: 'expected an address such as 10.0.0.0/8', column: 1 };
  if (more !== undefined) return invalid;
  if (text.includes(',')) return { error: 'networks are separated by blanks', column: text.indexOf(',') + 1 };
  if (bits !== undefined && V4.test(bits)) {
    const binary = bits.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0'));
    return V4.test(address) && MASK.test(binary.join('')) ? { value: text } : invalid;
  }
  const bitsMax = V4.test(address) || ADDRESS_PREFIX.test(address) ? 32 : 128;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > bitsMax)) return invalid;
  if (isAddress(address) || (bits !== undefined && ADDRESS_PREFIX.test(address))) return { value: text };
  const named = /^[a-z][a-z0-9.-]*$/i.test(text);
  return named ? { error: 'a host name is not taken here; write its address', column: 1 } : invalid;
}

/** An address to listen on: empty for all, IPv6 with or without brackets, and as `ipv4@` or `ipv6@`. */
export function bindAddress(text: string): ReadResult<string> {
  const [, bare = '', bracketed = ''] = /^(?:ipv[46]@)?(?:\[(.*)\]|(.*))$/s.exec(text.trim()) ?? [];
  const address = bare === '' ? bracketed : bare;
  if (address === '' || address === '*') return { value: '*' };
  if (address === 'localhost') return { value: '127.0.0.1' };
  if (isAddress(address)) return { value: address };
  return { error: 'expected an IP address, or *', column: 1 };
}

const HASHED =
  '(src|path|pathq|url|base|method|(req\\.)?(hdr|fhdr|cook)\\([\\w-]+\\)|url_param\\([\\w.-]+\\))(,(lower|upper))*';
const BALANCE = new RegExp(
  `^(${[
    'static-rr|roundrobin|leastconn|first|source',
    'random(\\([1-9]\\d{0,2}\\))?',
    'rdp-cookie(\\([\\w-]+\\))?',
    'hdr\\([\\w-]+\\)( use_domain_only)?',
    'uri( (whole|path-only|len \\d{1,4}|depth \\d{1,4}))*',
    'url_param [\\w.-]+( check_post( \\d{1,5})?)?',
    `hash ${HASHED}`,
  ].join('|')})$`,
);

/** HAProxy's balance algorithms with their arguments. */
export function balance(text: string): ReadResult<string> {
  const value = text.trim().replace(/ +/g, ' ');
  if (BALANCE.test(value)) return { value };
  return { error: 'expected a balance algorithm such as roundrobin, leastconn or source', column: 1 };
}

/** Paths of certificates: one, or several with ` crt ` between, as HAProxy writes them. */
export function certificates(text: string): ReadResult<readonly string[]> {
  const paths: string[] = [];
  for (const match of text.matchAll(/(?:^|\scrt\s+)\s*((?:(?!\scrt\s).)*)/gs)) {
    const path = (match[1] ?? '').trim();
    if (/^[A-Za-z0-9@][A-Za-z0-9._@%+=:/-]*$|^\/[A-Za-z0-9._@%+=:/-]+$/.test(path)) paths.push(path);
    else {
      const error = 'expected the path of a certificate; other options of bind go into BIND_OPTIONS';
      return { error, column: match.index + 1 };
    }
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
    'accept-netscaler-cip alpn backlog ca-file ca-ignore-err ca-verify-file ciphers ciphersuites crl-file crt crt-ignore-err crt-list ' +
    'curves ecdhe interface maxconn mss name nice npn proto ssl-max-ver ssl-min-ver tcp-ut tls-ticket-keys verify'
  ).split(' '),
);

/** Options of a bind line, checked against the ones that are known. */
export function bindOptions(text: string): ReadResult<string> {
  const words = [...text.matchAll(/\S+/g)];
  const options: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const match = words[index];
    if (!match) break;
    const [option] = match;
    const column = match.index + 1;
    options.push(option);
    if (BIND_FLAGS.has(option)) continue;
    if (!BIND_VALUES.has(option)) return { error: `${JSON.stringify(option)} is no option of bind`, column };
    const argument = words[++index];
    if (!argument) return { error: `${option} needs a value`, column };
    const reading = word(argument[0].replace(/^"([^"]+)"$/, '$1'));
    if ('error' in reading) return { error: reading.error, column: argument.index + reading.column };
    options.push(reading.value);
  }
  if (words.length === 0) return { error: 'the value is empty', column: 1 };
  return { value: options.join(' ') };
}

/** The path that a health check requests: with a leading slash, and characters that are unsafe percent-encoded. */
export function checkPath(text: string): string {
  const encoded = [...text].map((sign) => (isSafeWord(sign) ? sign : percentEncoded(sign))).join('');
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

function percentEncoded(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  if (code < 0x80) return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
  return code >= 0xd800 && code <= 0xdfff ? '%EF%BF%BD' : encodeURIComponent(sign);
}

/** A name of a deployment group: an app id with or without its first slash. */
export const groupId = wordMatching(/^\/?[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, 'an app id such as /shop');

/** A time such as 2024-05-01T10:00:00. */
export function timestamp(text: string): ReadResult<string> {
  if (Number.isNaN(Date.parse(text)))
    return { error: 'expected a time such as 2024-05-01T10:00:00Z', column: 1 };
  return { value: text };
}
