import { readHead } from '../../../../cluster/runtime/messages/head';

const LINES = [
  'User-Agent: libprocess/slave(1)@10.0.0.2:5051',
  'Libprocess-From: slave(1)@10.0.0.2:5051',
  'Connection: Keep-Alive',
  'Host: ',
  'Transfer-Encoding: chunked',
];
const head = (path: string, lines: readonly string[]): string =>
  [`POST ${path} HTTP/1.1`, ...lines].join('\r\n');

test.each([
  ['/master/mesos.internal.PingSlaveMessage', {}],
  ['/slave%281%29/x', { to: 'slave(1)' }],
  ['/a%/x', { to: 'a%' }],
])('%s is read the same in libprocess’ order of headers and in another one', (path, wanted) => {
  const read = readHead(head(path, LINES));
  const host = { from: 'slave(1)@10.0.0.2:5051', host: '10.0.0.2', length: 'chunked' };
  expect(read).toMatchObject({ ...host, ...wanted });
  expect(readHead(head(path, [...LINES].reverse()))).toEqual(read);
});

test('a length, an IPv6 sender and a host', () => {
  const lines = ['User-Agent: libprocess/a@[::1]:5', 'Libprocess-From: a@[::1]:5', 'Connection: Keep-Alive'];
  for (const order of [lines, [...lines].reverse()])
    expect(readHead(head('/master/x', [...order, 'Host: [::1]:5050', 'Content-Length: 0']))).toEqual({
      to: 'master',
      name: 'x',
      from: 'a@[::1]:5',
      host: '[::1]',
      target: '[::1]:5050',
      length: 0,
    });
});

test.each([
  ['a port that is none', LINES.map((line) => line.replace('5051', '70000'))],
  ['no sender', LINES.slice(2)],
  ['a length beside chunks', [...LINES, 'Content-Length: 3']],
  ['a header twice', [...LINES, 'Host: ']],
  ['an origin', [...LINES, 'Origin: null']],
  ['fetch metadata', [...LINES, 'Sec-Fetch-Site: none']],
  ['a wish to be answered first', [...LINES, 'Expect: 100-continue']],
])('%s is not for us', (_what, lines) => {
  expect(readHead(head('/master/x', lines))).toBeUndefined();
});
