import { readOverrides } from '../../../../lb/core/labels/overrides';
import { compileFormat } from '../../../../lb/core/templates/format-string';

const rules = {
  groups: ['external'],
  directives: ['option', 'http-request set-header', 'use_backend', 'cookie', 'check'],
};
const read = (name: string, text: string, groups = ['external']): ReturnType<typeof readOverrides> =>
  readOverrides({ id: '/web', labels: { [`HAPROXY_0_${name}`]: text } }, 0, groups, rules);

test('a text is filled in, doubled braces are braces', () => {
  const compiled = compileFormat('a {b} {{ x }} {c!s}', ['b', 'c']);
  expect('format' in compiled && compiled.format.fill({ b: 1, c: 'z' })).toBe('a 1 { x } z');
});

const good: [string, string, string][] = [
  ['BACKEND_HTTP_OPTIONS', '  option forwardfor\r\n', '  option forwardfor\n'],
  ['BACKEND_HTTP_OPTIONS', '# words\n\n  option x', '# words\n\n  option x\n'],
  ['BACKEND_HTTP_OPTIONS', '  http-request set-header X y', '  http-request set-header X y\n'],
  ['BACKEND_HEAD', 'backend {backend}\n  option x\n', 'backend {backend}\n  option x\n'],
  [
    'HTTPS_FRONTEND_ACL',
    '  use_backend {backend} if {{ x {hostname} }}\n',
    '  use_backend {backend} if {{ x {hostname} }}\n',
  ],
  ['BACKEND_SERVER_HTTP_HEALTHCHECK_OPTIONS', 'check rise 3', 'check rise 3'],
];

test.each(good)('%s %j is taken', (name, text, wanted) => {
  expect(read(name, text)).toEqual({ overrides: { [name]: wanted }, issues: [] });
});

const wrong: [string, string, number | undefined, string][] = [
  ['BACKEND_HTTP_OPTIONS', '  option x\nbackend evil\n', 12, 'backend would open a section'],
  ['BACKEND_HTTP_OPTIONS', '  option x\n  lua-load /x\n', 12, 'the directive lua-load is not allowed'],
  ['BACKEND_HTTP_OPTIONS', '  http-request deny\n', 1, 'the directive http-request is not allowed'],
  ['BACKEND_HTTP_OPTIONS', '  option "$HOME"\n', 11, 'variables of the environment'],
  ['BACKEND_HTTP_OPTIONS', '  option a\u0000b\n', 11, 'a control character'],
  ['BACKEND_HTTP_OPTIONS', '  .if 0\n', 1, 'a line has to begin with a directive'],
  ['BACKEND_HTTP_OPTIONS', '  "backend" evil\n', 1, 'a line has to begin with a directive'],
  ['BACKEND_HTTP_OPTIONS', '  back\\end evil\n', 1, 'a line has to begin with a directive'],
  ['BACKEND_HEAD', '  option x\n', 1, 'the first line has to be "backend {backend}"'],
  ['BACKEND_HEAD', 'backend {other}\n', 9, 'there is no placeholder {other} here'],
  ['HTTP_FRONTEND_ACL', '  use_backend x if { y }\n', 20, 'there is no placeholder { y } here'],
  ['HTTP_FRONTEND_ACL', '  use_backend x }\n', 17, 'a single "}"'],
  ['BACKEND_SERVER_TCP_HEALTHCHECK_OPTIONS', 'check\n  server x', 6, 'a line end is not allowed here'],
];

test.each(wrong)('%s %j is refused', (name, text, column, complaint) => {
  const { overrides, issues } = read(name, text);
  expect(overrides).toEqual({});
  expect(issues).toEqual([
    { app: '/web', label: `HAPROXY_0_${name}`, column, text: expect.stringContaining(complaint) },
  ]);
});

test('apps of other groups may not', () => {
  expect(read('BACKEND_HTTP_OPTIONS', '  option x\n', ['other']).issues[0]?.text).toContain(
    'not allowed for this app',
  );
});

test('with all directives allowed, a line still has to begin with one that is written plainly', () => {
  for (const text of ['  .if 0\n', '  "backend" evil\n', "  'backend' evil\n", '  back\\end evil\n'])
    expect(
      readOverrides({ id: '/web', labels: { HAPROXY_0_BACKEND_HTTP_OPTIONS: text } }, 0, ['external'], {
        groups: ['*'],
        directives: ['*'],
      }).overrides,
    ).toEqual({});
});
