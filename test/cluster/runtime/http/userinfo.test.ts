import { hideUserinfo, splitUserinfo } from '../../../../cluster/runtime/http/userinfo';

test.each([
  ['http://a:b@h:1/x', 'http://h:1/x', 'a:b'],
  ['https://a:b%40c@h', 'https://h', 'a:b@c'],
  ['http://a:b@c@h/', 'http://h/', 'a:b@c'],
  ['http://a@h', 'http://h', 'a:'],
  ['http://h/a@b', 'http://h/a@b', undefined],
  ['http://h?q=a@b', 'http://h?q=a@b', undefined],
  ['http://a:%zz@h', 'http://h', 'a:%zz'],
  ['h:5050', 'h:5050', undefined],
])('%s is %s with %s', (text, url, credentials) => {
  expect(splitUserinfo(text)).toEqual({ url, credentials });
});

test('credentials are hidden in every URL of a text', () => {
  expect(hideUserinfo('http://a:b@h:1,https://c:d@i and h@j')).toBe('http://***@h:1,https://***@i and h@j');
});
