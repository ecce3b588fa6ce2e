/**
 * JSON web tokens signed with a shared key, HS256 alone (RFC 7519; Mesos 1.11,
 * 3rdparty/libprocess/src/jwt.cpp).
 *
 * Everybody who has the key can make tokens. No part of a token counts before its signature is checked.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Millis } from '../../model/time';

export type Claims = Readonly<Record<string, unknown>>;
export type JwtResult = { readonly claims: Claims } | { readonly error: string };

/** Checks signature, algorithm and times. A key that ends in a line break is also taken without it. */
export function readJwt(token: string, key: Buffer, now: Millis): JwtResult {
  const parts = token.split('.');
  const [head, payload, signature] = parts;
  if (parts.length !== 3 || head === undefined || payload === undefined || signature === undefined) {
    return { error: `Expected 3 components in token, got ${parts.length}` };
  }
  const header = readPart(head);
  if (!header) return { error: 'Failed to decode token header' };
  if (header['alg'] !== 'HS256') return { error: 'Token \'alg\' value does not match, expected "HS256"' };
  if ('crit' in header) return { error: "Token 'crit' field is unsupported" };
  if (header['typ'] !== undefined && typeof header['typ'] !== 'string')
    return { error: "Token 'typ' is not a string" };
  if (!keysOf(key).some((candidate) => isSigned(`${head}.${payload}`, signature, candidate))) {
    return { error: 'Token signature does not match' };
  }
  const claims = readPart(payload);
  if (!claims) return { error: 'Failed to decode token payload' };
  const late = timesError(claims, now);
  return late === undefined ? { claims } : { error: late };
}

/** Makes a token, for executors, command lines and tests. */
export function signJwt(claims: Claims, key: Buffer): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function keysOf(key: Buffer): readonly Buffer[] {
  const text = key.toString('latin1');
  const bare = text.replace(/\r?\n$/, '');
  return bare === text ? [key] : [key, Buffer.from(bare, 'latin1')];
}

function isSigned(signed: string, signature: string, key: Buffer): boolean {
  const expected = createHmac('sha256', key).update(signed).digest();
  const decoded = Buffer.from(signature, 'base64url');
  // The decoder is lax, so only the exact base64url of a signature is accepted.
  const isExact = decoded.toString('base64url') === signature;
  return isExact && decoded.length === expected.length && timingSafeEqual(decoded, expected);
}

function readPart(part: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** `exp` and `nbf` count seconds since 1970. */
function timesError(claims: Claims, now: Millis): string | undefined {
  const seconds = Math.floor(now / 1000);
  const { exp, nbf } = claims;
  for (const [name, value] of Object.entries({ exp, nbf })) {
    if (value !== undefined && !Number.isFinite(value)) return `JSON payload '${name}' field is not a number`;
  }
  if (typeof exp === 'number' && Math.trunc(exp) < seconds) return 'Token has expired';
  return typeof nbf === 'number' && nbf > seconds ? 'Token is not valid yet' : undefined;
}
