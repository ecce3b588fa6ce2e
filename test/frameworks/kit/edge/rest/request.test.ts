import type { Request } from '../../../../../cluster/runtime/http/server';
import {
  jsonOf,
  originOf,
  queryAll,
  queryFlag,
  restOf,
  textOf,
  warnings,
} from '../../../../../frameworks/kit/edge/rest/request';

function request(members: Partial<Record<keyof Request, unknown>>): Request {
  return members as unknown as Request;
}

describe('query values', () => {
  const query = { embed: ['a', 'b'], force: 'TRUE', wipe: 'yes' };

  it('may repeat', () => {
    expect(queryAll(request({ query }), 'embed')).toEqual(['a', 'b']);
    expect(queryAll(request({ query }), 'force')).toEqual(['TRUE']);
    expect(queryAll(request({ query: undefined }), 'force')).toEqual([]);
  });

  it('are true only for that word', () => {
    expect(queryFlag(request({ query }), 'force')).toBe(true);
    expect(queryFlag(request({ query }), 'wipe')).toBe(false);
    expect(queryFlag(request({ query }), 'absent', true)).toBe(true);
  });
});

test('the rest of a path has no empty segments', () => {
  expect(restOf(request({ params: { '*': '/a//b/' } }))).toEqual(['a', 'b']);
  expect(restOf(request({ params: {} }))).toEqual([]);
});

test('the origin of a request is its peer and its path', () => {
  expect(originOf(request({ ip: '10.0.0.1', url: '/a?b=c' }))).toEqual({ clientIp: '10.0.0.1', uri: '/a' });
});

describe('bodies', () => {
  const jsonOfText = (text: string) => jsonOf(request({ body: Buffer.from(text) }));

  it('are JSON, empty or malformed', () => {
    expect(jsonOfText('{"a":1}')).toEqual({ json: { a: 1 } });
    expect(jsonOfText(' \n')).toMatchObject({ fault: 'empty' });
    expect(jsonOfText('{')).toMatchObject({ fault: 'malformed', details: expect.stringContaining('JSON') });
  });

  it('are empty texts where there are none', () => {
    expect(textOf(request({ body: undefined }))).toBe('');
  });
});

describe('warnings', () => {
  it('name members without effect, without breaking the header', () => {
    const memberNames = ['cmd'];
    expect(warnings([{ path: '/a"\n', memberNames }])).toEqual({
      warning: '299 meseta "unknown field /a??"',
    });
  });

  it('are left out where there are none', () => {
    expect(warnings([])).toEqual({});
  });
});
