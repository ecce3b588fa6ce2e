import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  labelReference,
  type PortLabelName,
  portLabels,
  readPortLabels,
  unknownLabels,
} from '../../../lb/core/labels';
import { templateReference } from '../../../lb/core/template-table';

type Row = [name: PortLabelName, text: string, value: unknown];
type WrongRow = [name: PortLabelName, text: string, column: number, text: string];

const good: Row[] = [
  ['VHOST', 'A.example.com', ['a.example.com']],
  ['VHOST', 'a.example.com, b_c.example ,', ['a.example.com', 'b_c.example']],
  ['GROUP', 'internal,external', ['internal', 'external']],
  ['PORT', '8081', 8081],
  ['MODE', 'HTTP', 'http'],
  ['BALANCE', 'leastconn', 'leastconn'],
  ['BALANCE', 'url_param  user check_post', 'url_param user check_post'],
  ['BALANCE', 'hdr(X-User)', 'hdr(X-User)'],
  ['ENABLED', 'No', false],
  ['STICKY', 'Y', true],
  ['PATH', '/a', { ignoreCase: false, paths: ['/a'] }],
  ['PATH', '-i /a /b', { ignoreCase: true, paths: ['/a', '/b'] }],
  ['REDIRECT_TO_HTTPS', 't', true],
  ['BIND_ADDR', '10.1.2.3', '10.1.2.3'],
  ['BIND_ADDR', '::1', '::1'],
  ['BACKEND_WEIGHT', '-3', -3],
  ['USE_HSTS', 'yes', true],
  ['SSL_CERT', '/etc/ssl/a.pem', ['/etc/ssl/a.pem']],
  ['SSL_CERT', '/etc/ssl/a.pem crt /etc/ssl/b.pem', ['/etc/ssl/a.pem', '/etc/ssl/b.pem']],
  [
    'BIND_OPTIONS',
    'accept-proxy  ciphers AES128+EECDH:AES128+EDH',
    'accept-proxy ciphers AES128+EECDH:AES128+EDH',
  ],
  ['SERVER_WEIGHT', '90', 90],
  ['BACKEND_HEALTHCHECK_PORT_INDEX', '-1', -1],
  ['AUTH', 'realm:bob:$6$abc./x$', { realm: 'realm', user: 'bob', password: '$6$abc./x$' }],
  ['BACKEND_NETWORK_ALLOWED_ACL', '10.0.0.0/8 127.0.0.1 fe80::/10', ['10.0.0.0/8', '127.0.0.1', 'fe80::/10']],
  ['HTTP_BACKEND_PROXYPASS_PATH', '/a%20b', '/a%20b'],
  ['HTTP_BACKEND_REVPROXY_PATH', '/shop', '/shop'],
  ['HTTP_BACKEND_REDIR', '/index.html', '/index.html'],
];

test.each(good)('%s %j is read', (name, text, value) => {
  const read = readPortLabels('/web', { [`HAPROXY_0_${name}`]: text }, 0);
  expect(read.issues).toEqual([]);
  expect(read.labels[name]).toEqual(value);
});

test('every label of the table has a good row', () => {
  expect(new Set(good.map(([name]) => name))).toEqual(new Set(Object.keys(portLabels)));
});

const wrong: WrongRow[] = [
  ['VHOST', 'a.example.com,b c.example', 16, 'a blank is not allowed here'],
  ['VHOST', '*.example.com', 1, 'expected a host name'],
  ['VHOST', 'a"b', 2, '"\\"" is not allowed here'],
  ['VHOST', 'a\nbackend x', 2, 'a line end is not allowed here'],
  ['VHOST', '', 1, 'the value is empty'],
  ['GROUP', 'a#b', 2, '"#" is not allowed here'],
  ['PORT', '70000', 1, 'expected a whole number from 1 to 65535'],
  ['PORT', 'http', 1, 'expected a whole number from 1 to 65535'],
  ['MODE', 'udp', 1, 'expected one of http, tcp'],
  ['BALANCE', 'fair', 1, 'expected a balance algorithm such as roundrobin, leastconn or source'],
  ['STICKY', 'ture', 1, 'expected true or false; it counts as false'],
  ['ENABLED', '1', 1, 'expected true or false; it counts as false'],
  ['PATH', '-i /a b', 7, 'expected a path such as /shop'],
  ['BIND_ADDR', '10.1.2.300', 1, 'expected an IP address, or *'],
  ['BIND_ADDR', ':::1', 1, 'expected an IP address, or *'],
  ['BACKEND_WEIGHT', '1.5', 1, 'expected a whole number from -1000000 to 1000000'],
  ['AUTH', 'realm:bob', 1, 'expected realm:user:password, the password as crypt(3) writes it'],
  ['AUTH', 'my realm:bob:x', 3, 'a blank is not allowed here'],
  ['BACKEND_NETWORK_ALLOWED_ACL', '10.0.0.0/8 10.0.0.0/33', 12, 'expected an address such as 10.0.0.0/8'],
  ['SSL_CERT', '/a.pem user x', 1, 'expected the path of a certificate'],
  ['SSL_CERT', '/a.pem crt /b"', 7, 'expected the path of a certificate'],
  ['BIND_OPTIONS', 'tfo user root', 5, '"user" is no option of bind'],
  ['BIND_OPTIONS', 'tfo  ciphers', 6, 'ciphers needs a value'],
  ['BIND_OPTIONS', 'ca-file /a#b', 11, '"#" is not allowed here'],
  ['SERVER_WEIGHT', '257', 1, 'expected a whole number from 0 to 256'],
  ['HTTP_BACKEND_REDIR', 'index', 1, 'expected a path such as /shop'],
  ['HTTP_BACKEND_PROXYPASS_PATH', '/a\\', 3, '"\\\\" is not allowed here'],
];

test.each(wrong)('%s %j is refused at column %d', (name, text, column, complaint) => {
  const label = `HAPROXY_1_${name}`;
  const narrowing = Object.entries(portLabels).flatMap(([key, row]) =>
    'narrows' in row && row.narrows ? [key] : [],
  );
  const closes = narrowing.includes(name) ? '; the port is not served' : '';
  const read = readPortLabels('/web', { [label]: text }, 1);
  expect(read.issues).toEqual([{ app: '/web', label, column, text: complaint + closes }]);
  const fallback = name === 'ENABLED' ? false : portLabels[name].fallback;
  expect(read.labels[name]).toEqual(fallback);
});

test('labels that steer nothing are named', () => {
  const labels = {
    HAPROXY_GROUP: 'x',
    HAPROXY_0_VHOTS: 'y',
    HAPROXY_2_PORT: '1',
    HAPROXY_COLOUR: 'z',
    OTHER: '1',
  };
  expect(unknownLabels('/web', labels, 1).map(({ label, text }) => `${label}: ${text}`)).toEqual([
    'HAPROXY_0_VHOTS: this label is not known and steers nothing',
    'HAPROXY_2_PORT: the app has no port 2: it has 1, counted from 0',
    'HAPROXY_COLOUR: this label is not known and steers nothing',
  ]);
});

test('the README lists the labels of the table', () => {
  expect(readFileSync(join(__dirname, '../../../lb/README.md'), 'utf8')).toContain(labelReference());
});

test('the README lists the templates of the table', () => {
  expect(readFileSync(join(__dirname, '../../../lb/README.md'), 'utf8')).toContain(templateReference());
});
