import { corsHeaders, corsOrigins, isAllowedRead, isPreflight } from '../../../../cluster/runtime/http/cors';

const UI = 'https://ui.example.com';
const OTHER = 'http://other:8000';

describe('pages of other origins', () => {
  test.each<[origins: string, method: string, origin: string | undefined, allowed: boolean]>([
    [UI, 'GET', UI, true],
    [UI, 'HEAD', UI, true],
    [UI, 'OPTIONS', UI, true],
    [UI, 'POST', UI, false],
    [UI, 'DELETE', UI, false],
    [UI, 'GET', 'https://ui.example.com.evil.com', false],
    [UI, 'GET', 'http://ui.example.com', false],
    [UI, 'GET', 'https://ui.example.com:444', false],
    [UI, 'GET', 'null', false],
    [UI, 'GET', undefined, false],
    [`${UI}, ${OTHER}`, 'GET', OTHER, true],
    ['*', 'GET', 'https://any', true],
    ['*', 'PUT', 'https://any', false],
  ])('of %s that %s from %s may: %s', (flag, method, origin, allowed) => {
    expect(isAllowedRead({ method, headers: { origin } }, corsOrigins([flag]))).toBe(allowed);
  });

  it('may nothing without the flag', () => {
    expect(corsOrigins([])).toBeUndefined();
    expect(isAllowedRead({ method: 'GET', headers: { origin: UI } }, undefined)).toBe(false);
  });

  it('get their own origin in the answer, and programs the last', () => {
    const origins = [UI, OTHER];
    const answer = (origin?: string) => corsHeaders({ method: 'GET', headers: { origin } }, origins);
    expect(answer(UI)).toEqual({
      'access-control-allow-origin': UI,
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': '',
      'access-control-max-age': '86400',
      vary: 'Origin',
    });
    expect(answer('https://evil')['access-control-allow-origin']).toBe(OTHER);
    expect(answer()['access-control-allow-origin']).toBe(OTHER);
    expect(corsHeaders({ method: 'GET', headers: { origin: UI } }, ['*'])).not.toHaveProperty('vary');
  });

  it('may send the headers that they ask for', () => {
    const headers = { origin: UI, 'access-control-request-headers': 'authorization,x-a' };
    expect(corsHeaders({ method: 'OPTIONS', headers }, [UI])['access-control-allow-headers']).toBe(
      'authorization, x-a',
    );
  });

  it('ask first by OPTIONS with the method', () => {
    const asked = { 'access-control-request-method': 'GET' };
    expect(isPreflight({ method: 'OPTIONS', headers: asked })).toBe(true);
    expect(isPreflight({ method: 'OPTIONS', headers: {} })).toBe(false);
    expect(isPreflight({ method: 'GET', headers: asked })).toBe(false);
  });
});
