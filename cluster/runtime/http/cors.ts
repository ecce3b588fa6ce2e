/**
 * Pages of other origins that may read an API (Fetch, CORS protocol), in the form of Marathon's CORSFilter: GET, HEAD and
 * OPTIONS, with any header.
 *
 * Always true: a page of another origin cannot change anything; an origin that is not in the list reads nothing.
 */

import { type Flag, list } from '../config/flags';
import type { Headers } from './browser-requests';

/** Origins such as `https://ui.example.com`; `*` is any. */
export type CorsOrigins = readonly string[];

const ANY = '*';
const METHODS = 'GET, HEAD, OPTIONS';
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

export function allowOriginFlag(): Flag<readonly string[]> {
  return list({
    help: 'origins whose web pages may read the API, with commas, such as https://ui.example.com; * is any',
    value: 'ORIGINS',
    check: (text) => {
      const wrong = originsOf(text).find((origin) => origin !== ANY && !isOrigin(origin));
      if (wrong !== undefined)
        throw new Error(`"${wrong}" is not an origin; write SCHEME://HOST or SCHEME://HOST:PORT`);
    },
  });
}

/** The origins of the values of a flag; undefined without any. */
export function corsOrigins(values: readonly string[] | undefined): CorsOrigins | undefined {
  const origins = (values ?? []).flatMap(originsOf);
  return origins.length === 0 ? undefined : origins;
}

function originsOf(text: string): string[] {
  return text
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
}

function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

export interface CorsRequest {
  readonly method: string;
  readonly headers: Headers;
}

/** True for a request of a page that may make it. */
export function isAllowedRead({ method, headers }: CorsRequest, origins: CorsOrigins | undefined): boolean {
  const { origin } = headers;
  if (!origins || typeof origin !== 'string' || !READING.has(method)) return false;
  return origins.includes(ANY) || origins.includes(origin);
}

/** True for the question of a browser whether a page may send a request. Nobody has credentials for it. */
export function isPreflight({ method, headers }: CorsRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/**
 * The headers of an answer. The original sends the last of several origins to everybody, so that the others do not work; here
 * an origin gets itself, and programs, which send none, get the last.
 */
export function corsHeaders({ headers }: CorsRequest, origins: CorsOrigins): Record<string, string> {
  const { origin } = headers;
  const isListed = typeof origin === 'string' && origins.includes(origin);
  const allowed = isListed ? origin : (origins.at(-1) ?? ANY);
  const asked = headers['access-control-request-headers'];
  const names = typeof asked === 'string' ? asked.split(',') : [...(asked ?? [])];
  return {
    'access-control-allow-origin': origins.includes(ANY) ? ANY : allowed,
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': names.map((name) => name.trim()).join(', '),
    'access-control-max-age': '86400',
    ...(!origins.includes(ANY) && { vary: 'Origin' }),
  };
}
