import { createHmac } from 'node:crypto';
import { authenticate } from '../../../../cluster/runtime/auth/authenticator';
import { basicAuthenticator } from '../../../../cluster/runtime/auth/basic';
import { bearerAuthenticator } from '../../../../cluster/runtime/auth/bearer';
import { signJwt } from '../../../../cluster/runtime/auth/jwt';
import { ownerOf, sameSecret } from '../../../../cluster/runtime/auth/secrets';

const NOW = 1_700_000_000_000;
const KEY = Buffer.from('the key of tests');
const basicHeader = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('secrets', () => {
  it('are compared whatever their length', () => {
    expect(sameSecret('a', 'a')).toBe(true);
    expect(sameSecret('a', 'aa')).toBe(false);
    expect(sameSecret('', 'a')).toBe(false);
  });

  it('belong to the one who has them', () => {
    const secrets = new Map([
      ['ann', 'one'],
      ['bob', 'two'],
    ]);
    expect(ownerOf(secrets, 'two')).toBe('bob');
    expect(ownerOf(secrets, 'three')).toBeUndefined();
  });
});

describe('basic authentication', () => {
  const basic = basicAuthenticator(
    new Map([
      ['ops', 'a:b ü'],
      ['empty', ''],
    ]),
  );

  it.each([
    [basicHeader('ops:a:b ü'), 'ops'],
    [basicHeader('ops:a:b ü').replace('Basic', 'basic'), 'ops'],
    [basicHeader('empty:'), 'empty'],
    [basicHeader('ops:a:b'), undefined],
    [basicHeader('ops'), undefined],
    [basicHeader('root:a:b ü'), undefined],
    [basicHeader('nobody:'), undefined],
    [basicHeader(':'), undefined],
    ['Basic', undefined],
    ['Basic *', undefined],
    [basicHeader('ops:a:b ü').replace('Basic', 'Bearer'), undefined],
    ['', undefined],
    [undefined, undefined],
  ])('takes %s for %s', (header, expected) => {
    const result = basic.authenticate(header, 'r');
    expect(result).toEqual(
      expected === undefined
        ? { kind: 'unknown', challenge: 'Basic realm="r"' }
        : { kind: 'known', principal: { value: expected } },
    );
  });
});

describe('bearer tokens', () => {
  const bearer = bearerAuthenticator({
    key: KEY,
    tokens: new Map([['scraper', 'plain-token']]),
    now: () => NOW,
  });
  const ask = (token: string) => bearer.authenticate(`Bearer ${token}`, 'r');
  const why = (token: string): string => {
    const result = ask(token);
    return result.kind === 'known'
      ? 'known'
      : (/error_description="([^"]*)"/.exec(result.challenge)?.[1] ?? '');
  };
  const seconds = NOW / 1000;

  it('carry the principal in `sub` and everything else as claims', () => {
    expect(ask(signJwt({ sub: 'ann', exp: seconds + 60, n: 1, list: ['x'] }, KEY))).toEqual({
      kind: 'known',
      principal: {
        value: 'ann',
        claims: { sub: 'ann', exp: String(seconds + 60), n: '1', list: '["x"]' },
      },
    });
  });

  it('of executors have claims and no principal', () => {
    expect(ask(signJwt({ fid: 'f', eid: 'e', cid: 'c' }, KEY))).toEqual({
      kind: 'known',
      principal: { value: undefined, claims: { fid: 'f', eid: 'e', cid: 'c' } },
    });
  });

  it('may be plain ones that a file gives to principals', () => {
    expect(ask('plain-token')).toEqual({ kind: 'known', principal: { value: 'scraper' } });
  });

  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sealed = (header: unknown, claims: unknown): string => {
    const signed = `${part(header)}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', KEY).update(signed).digest('base64url')}`;
  };
  it.each([
    ['plain-token-2', 'Invalid JWT: Expected 3 components in token, got 1'],
    ['a.b.c', 'Invalid JWT: Failed to decode token header'],
    [signJwt({ sub: 'ann' }, Buffer.from('another key')), 'Invalid JWT: Token signature does not match'],
    [signJwt({ sub: 'ann', exp: seconds - 1 }, KEY), 'Invalid JWT: Token has expired'],
    [signJwt({ sub: 'ann', exp: seconds }, KEY), 'known'],
    [signJwt({ sub: 'ann', nbf: seconds + 1 }, KEY), 'Invalid JWT: Token is not valid yet'],
    [signJwt({ sub: 'ann', exp: 'soon' }, KEY), "Invalid JWT: JSON payload 'exp' field is not a number"],
    [signJwt({}, KEY), 'JWT claims missing'],
    [
      sealed({ alg: 'none' }, { sub: 'ann' }),
      "Invalid JWT: Token 'alg' value does not match, expected 'HS256'",
    ],
    [
      sealed({ alg: 'RS256' }, { sub: 'ann' }),
      "Invalid JWT: Token 'alg' value does not match, expected 'HS256'",
    ],
    [sealed({ alg: 'HS256', crit: ['x'] }, { sub: 'ann' }), "Invalid JWT: Token 'crit' field is unsupported"],
    [sealed({ alg: 'HS256', typ: 1 }, { sub: 'ann' }), "Invalid JWT: Token 'typ' is not a string"],
    [sealed({ alg: 'HS256' }, ['ann']), 'Invalid JWT: Failed to decode token payload'],
    [
      `${part({ alg: 'none' })}.${part({ sub: 'ann' })}.`,
      "Invalid JWT: Token 'alg' value does not match, expected 'HS256'",
    ],
  ])('that are %s have the verdict %s', (token, expected) => {
    expect(why(token)).toBe(expected);
  });

  it('are signed by the key with or without the line break at the end of its file', () => {
    const file = bearerAuthenticator({ key: Buffer.from('secret\n'), now: () => NOW });
    for (const key of ['secret', 'secret\n']) {
      const token = signJwt({ sub: 'ann' }, Buffer.from(key));
      expect(file.authenticate(`Bearer ${token}`, 'r').kind).toBe('known');
    }
  });

  it('are asked for without an error when no header came', () => {
    expect(bearer.authenticate(undefined, 'r')).toEqual({ kind: 'unknown', challenge: 'Bearer realm="r"' });
    expect(bearer.authenticate('Basic abc', 'r')).toMatchObject({
      challenge: expect.stringContaining("Malformed 'Authorization' header") as string,
    });
  });
});

describe('a realm with several schemes', () => {
  const both = [
    basicAuthenticator(new Map([['ops', 'pw']])),
    bearerAuthenticator({ key: KEY, now: () => NOW }),
  ];

  it('knows who any of them knows', () => {
    expect(authenticate(both, basicHeader('ops:pw'), 'r')).toMatchObject({ principal: { value: 'ops' } });
    expect(authenticate(both, `Bearer ${signJwt({ sub: 'ann' }, KEY)}`, 'r')).toMatchObject({
      principal: { value: 'ann' },
    });
  });

  it('joins the challenges with a comma', () => {
    expect(authenticate(both, undefined, 'r')).toEqual({
      kind: 'unknown',
      challenges: 'Basic realm="r",Bearer realm="r"',
      text:
        '"Basic" authenticator returned:\n401 Unauthorized.\n\n' +
        '"Bearer" authenticator returned:\n401 Unauthorized.',
    });
  });
});
