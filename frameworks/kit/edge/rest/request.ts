/** The reading of requests: query values, the rest of a path, bodies as text and as JSON. */

import { errorText } from '../../../../cluster/model/error-text';
import { isObject } from '../../../../cluster/model/json-value';
import type { Request } from '../../../../cluster/runtime/http/server';
import { hintFor, type UnknownMember } from '../../api/unknown-member';

/** Query values; a name may repeat. */
export function queryAll(request: Request, name: string): string[] {
  const query = isObject(request.query) ? request.query : {};
  const values = query[name];
  return (Array.isArray(values) ? values : [values]).filter((value) => typeof value === 'string');
}

/** `true` in any case; all other text is false. */
export function queryFlag(request: Request, name: string, fallback = false): boolean {
  const [value] = queryAll(request, name);
  return value === undefined ? fallback : value.toLowerCase() === 'true';
}

/** The path behind a route's prefix, as segments. Double and trailing slashes do not matter. */
export function restOf(request: Request): string[] {
  const params = isObject(request.params) ? request.params : {};
  return String(params['*'] ?? '')
    .split('/')
    .filter(Boolean);
}

export function originOf(request: Request): { clientIp: string; uri: string } {
  return { clientIp: request.ip, uri: request.url.split('?')[0] ?? '' };
}

/** The body of a request; empty without one. */
export function textOf(request: Request): string {
  const bytes = request.body;
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '';
}

const JSON_TYPE = /^\s*application\/([\w.+-]+\+)?json\s*(;|$)/i;
const SHOWN_MAX = 100;

/**
 * The media type of a body that is not JSON. A body without a type is read all the same; one of a form is that of a web
 * page.
 */
export function foreignTypeOf(request: Request): string | undefined {
  const type = request.headers['content-type'];
  if (type === undefined || JSON_TYPE.test(type) || textOf(request) === '') return undefined;
  return type.slice(0, SHOWN_MAX);
}

/** The JSON of a request, or the reason why there is none. */
export type JsonBody =
  | { readonly json: unknown }
  | { readonly fault: 'empty' | 'malformed'; readonly details: string };

export function jsonOf(request: Request): JsonBody {
  const text = textOf(request);
  if (text.trim() === '') return { fault: 'empty', details: 'No content to map due to end-of-input' };
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: 'malformed', details: errorText(error) };
  }
}

const WARNINGS_MAX = 10;
const WARNING_LENGTH_MAX = 300;

/** Headers that point out members without effect: the originals ignore them silently. */
export function warnings(unknown: readonly UnknownMember[]): Record<string, string> {
  const hints = unknown.slice(0, WARNINGS_MAX).map((member) => {
    const text = hintFor(member)
      .replace(/[^\x20-\x7e]|["\\]/g, '?')
      .slice(0, WARNING_LENGTH_MAX);
    return `299 meseta "${text}"`;
  });
  return hints.length > 0 ? { warning: hints.join(', ') } : {};
}
