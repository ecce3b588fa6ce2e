import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  labelReference,
  type PortLabelName,
  portLabels,
  readPortLabels,
  unknownLabels,
} from '../../../../lb/core/labels/labels';
import { templateReference } from '../../../../lb/core/templates/template-table';

type Row = [name: PortLabelName, text: string, value: unknown];
type WrongRow = [name: PortLabelName, text: string, column: number, text: string];

const good: Row[] = [
  ['VHOST', 'A.example.com', ['a.example.com']],
  ['VHOST', 'a.example.com, b_c.example ,', ['a.example.com', 'b_c.example']],
  ['VHOST', 'a.example.', ['a.example.']],
  ['VHOST', '[2001:db8::1]', ['[2001:db8::1]']],
  ['GROUP', 'internal,external', ['internal', 'external']],
  ['GROUP', 'the "red" group, b#c', ['the "red" group', 'b#c']],
  ['GROUP', '', []],
  ['PORT', ' +8081 ', 8081],
  ['PORT', '8081', 8081],
  ['MODE', 'HTTP', 'http'],
  ['BALANCE', 'leastconn', 'leastconn'],
  ['BALANCE', 'url_param  user check_post', 'url_param user check_post'],
  ['BALANCE', 'hdr(X-User)', 'hdr(X-User)'],
  ['BALANCE', 'hdr(Host) use_domain_only', 'hdr(Host) use_domain_only'],
  ['BALANCE', 'hash req.hdr(x-user),lower', 'hash req.hdr(x-user),lower'],
  ['ENABLED', 'No', false],
  ['STICKY', 'Y', true],
  ['PATH', '/a', { ignoreCase: false, paths: ['/a'] }],
  ['PATH', '-i /a /b', { ignoreCase: true, paths: ['/a', '/b'] }],
  ['PATH', '-i -- /a', { ignoreCase: true, paths: ['/a'] }],
  ['PATH', '^/(a|b)\\.php$ \\.(png|jpg)$', { ignoreCase: false, paths: ['^/(a|b)\\.php$', '\\.(png|jpg)$'] }],
  ['PATH', '-m reg -i ^/\\d{2}/', { ignoreCase: true, method: 'reg', paths: ['^/\\d{2}/'] }],
  ['REDIRECT_TO_HTTPS', 't', true],
  ['BIND_ADDR', '10.1.2.3', '10.1.2.3'],
  ['BIND_ADDR', '::1', '::1'],
  ['BIND_ADDR', '[::1]', '::1'],
  ['BIND_ADDR', '', '*'],
  ['BIND_ADDR', 'ipv4@10.1.2.3', '10.1.2.3'],
  ['BIND_ADDR', '::ffff:10.1.2.3', '::ffff:10.1.2.3'],
  ['BACKEND_WEIGHT', '-3', -3],
  ['USE_HSTS', 'yes', true],
  ['SSL_CERT', '/etc/ssl/a.pem', ['/etc/ssl/a.pem']],
  ['SSL_CERT', '/etc/ssl/a.pem crt /etc/ssl/b.pem', ['/etc/ssl/a.pem', '/etc/ssl/b.pem']],
  [
    'BIND_OPTIONS',
    'accept-proxy  ciphers AES128+EECDH:AES128+EDH',
    'accept-proxy ciphers AES128+EECDH:AES128+EDH',
  ],
  ['BIND_OPTIONS', 'proto h2 ciphers "A:!B"', 'proto h2 ciphers A:!B'],
  ['SERVER_WEIGHT', '90', 90],
  ['BACKEND_HEALTHCHECK_PORT_INDEX', '-1', -1],
  ['AUTH', 'realm:bob:$6$abc./x$', { realm: 'realm', user: 'bob', password: '$6$abc./x$' }],
  ['AUTH', 'my realm, é:bob:$6$a$b', { realm: 'my realm, é', user: 'bob', password: '$6$a$b' }],
  ['BACKEND_NETWORK_ALLOWED_ACL', '10.0.0.0/255.0.0.0\n10.1/16', ['10.0.0.0/255.0.0.0', '10.1/16']],
  ['BACKEND_NETWORK_ALLOWED_ACL', '10.0.0.0/8 127.0.0.1 fe80::/10', ['10.0.0.0/8', '127.0.0.1', 'fe80::/10']],
  ['HTTP_BACKEND_PROXYPASS_PATH', '/a%20b', '/a%20b'],
  ['HTTP_BACKEND_REVPROXY_PATH', '/shop', '/shop'],
  ['HTTP_BACKEND_REDIR', '/index.html', '/index.html'],
  ['HTTP_BACKEND_REDIR', 'https://a.example/x?y=(1)', 'https://a.example/x?y=(1)'],
];

test.each(good)('%s %j is read', (name, text, value) => {
  const read = readPortLabels('/web', { [`HAPROXY_0_${name}`]: text }, 0);
  expect(read.issues).toEqual([]);
  expect(read.labels[name]).toEqual(value);
});

test('every label of the table has a good row', () => {
  expect(new Set(good.map(([name]) => name))).toEqual(new Set(Object.keys(portLabels)));
});

const CREDENTIALS = 'expected realm:user:password, the password as crypt(3) writes it';
const NETWORK = 'expected an address such as 10.0.0.0/8';
const CERTIFICATE = 'expected the path of a certificate; other options of bind go into BIND_OPTIONS';
const wrong: WrongRow[] = [
  [
    'VHOST',
    '*.example.com',
    1,
    'a wildcard matches no name; list each name, or replace the template HTTP_FRONTEND_ACL',
  ],
  ['VHOST', 'http://a.example', 1, 'expected a host name alone, without http://'],
  ['VHOST', 'bücher.example', 2, 'write this name in its ASCII form, xn--...'],
  ['VHOST', 'a"b', 2, '"\\"" is not allowed here'],
  ['VHOST', 'a\nbackend x', 2, 'a line end is not allowed here'],
  ['VHOST', '-f', 1, 'expected a host name'],
  ['VHOST', '', 1, 'the value is empty'],
  ['GROUP', 'a\u0000b', 2, 'a control character is not allowed here; the port is not served'],
  ['PORT', '70000', 1, 'expected a whole number from 1 to 65535'],
  ['PORT', 'http', 1, 'expected a whole number from 1 to 65535'],
  ['MODE', 'udp', 1, 'expected one of http, tcp'],
  ['BALANCE', 'fair', 1, 'expected a balance algorithm such as roundrobin, leastconn or source'],
  ['BALANCE', 'random(0)', 1, 'expected a balance algorithm such as roundrobin, leastconn or source'],
  ['STICKY', 'ture', 1, 'expected true or false; it counts as false'],
  ['ENABLED', '', 1, 'the value is empty; it counts as false'],
  ['ENABLED', '1', 1, 'expected true or false; it counts as false'],
  [
    'PATH',
    '-f /etc/x',
    1,
    'the option -f is not taken here; -i and -m METHOD come first; its host names are not served',
  ],
  [
    'PATH',
    '-m ip /a',
    1,
    'expected -m with one of beg, dir, dom, end, reg, str, sub; its host names are not served',
  ],
  ['PATH', '}', 1, 'expected a path such as /shop; its host names are not served'],
  ['PATH', '/a%[src]', 1, 'expected a path such as /shop; its host names are not served'],
  ['PATH', '/é', 2, '"é" is not allowed here; write it percent-encoded; its host names are not served'],
  ['PATH', '/a\\', 3, '"\\\\" is not allowed here; its host names are not served'],
  ['BIND_ADDR', '10.1.2.300', 1, 'expected an IP address, or *; the port has no listener of its own'],
  ['BIND_ADDR', ':::1', 1, 'expected an IP address, or *; the port has no listener of its own'],
  ['BACKEND_WEIGHT', '1.5', 1, 'expected a whole number from -999999999 to 999999999'],
  ['AUTH', 'realm:bob', 1, `${CREDENTIALS}; its host names are not served`],
  ['AUTH', 'a:b:c:d', 1, `${CREDENTIALS}; its host names are not served`],
  ['AUTH', 'my "realm":bob:x', 4, '"\\"" is not allowed in the realm; its host names are not served'],
  ['AUTH', 'realm:b b:x', 8, 'a blank is not allowed here; its host names are not served'],
  ['AUTH', 'realm:$b:x', 7, '"$" is not allowed in realm and user; its host names are not served'],
  ['BACKEND_NETWORK_ALLOWED_ACL', '10.0.0.0/33', 1, `${NETWORK}; the port is not served`],
  ['BACKEND_NETWORK_ALLOWED_ACL', '10.0.0.0/255.0.255.0', 1, `${NETWORK}; the port is not served`],
  ['BACKEND_NETWORK_ALLOWED_ACL', '1', 1, `${NETWORK}; the port is not served`],
  [
    'BACKEND_NETWORK_ALLOWED_ACL',
    'a.example',
    1,
    'a host name is not taken here; write its address; the port is not served',
  ],
  [
    'BACKEND_NETWORK_ALLOWED_ACL',
    '1.2.3.4,5.6.7.8',
    8,
    'networks are separated by blanks; the port is not served',
  ],
  ['SSL_CERT', '/a.pem user x', 1, `${CERTIFICATE}; the port has no listener of its own`],
  ['SSL_CERT', '/a.pem crt /b"', 7, `${CERTIFICATE}; the port has no listener of its own`],
  ['BIND_OPTIONS', 'tfo user root', 5, '"user" is no option of bind; the port has no listener of its own'],
  ['BIND_OPTIONS', 'tfo  ciphers', 6, 'ciphers needs a value; the port has no listener of its own'],
  ['BIND_OPTIONS', 'ca-file /a#b', 11, '"#" is not allowed here; the port has no listener of its own'],
  ['SERVER_WEIGHT', '257', 1, 'expected a whole number from 0 to 256'],
  ['HTTP_BACKEND_REDIR', 'index', 1, 'expected a path such as /shop, or a URL'],
  ['HTTP_BACKEND_REDIR', '/%[env(HOME)]', 1, 'expected a path such as /shop, or a URL'],
  ['HTTP_BACKEND_PROXYPASS_PATH', '/a\\', 3, '"\\\\" is not allowed here'],
];

test.each(wrong)('%s %j is refused alone, at column %d', (name, text, column, complaint) => {
  const label = `HAPROXY_1_${name}`;
  const read = readPortLabels('/web', { HAPROXY_1_USE_HSTS: 'true', [label]: text }, 1);
  expect(read.issues).toEqual([{ app: '/web', label, column, text: complaint }]);
  const fallback: Record<string, unknown> = { ENABLED: false, VHOST: text === '' ? undefined : [] };
  expect(read.labels[name]).toEqual(name in fallback ? fallback[name] : portLabels[name].fallback);
  expect(read.labels.USE_HSTS).toBe(true);
});

const partly: [name: PortLabelName, text: string, value: unknown, column: number, text: string][] = [
  ['VHOST', 'a.example.com,b c.example', ['a.example.com'], 16, 'a blank is not allowed here'],
  [
    'VHOST',
    'a.x,*.b.x',
    ['a.x'],
    5,
    'a wildcard matches no name; list each name, or replace the template HTTP_FRONTEND_ACL',
  ],
  [
    'VHOST',
    'a.x, B.x:8080',
    ['a.x', 'b.x:8080'],
    6,
    'b.x:8080 matches only requests with 8080 in their Host header, and none over HTTPS',
  ],
  ['PATH', '-i /a /b"', { ignoreCase: true, paths: ['/a'] }, 9, '"\\"" is not allowed here'],
  ['BACKEND_NETWORK_ALLOWED_ACL', '10.0.0.0/8 10.0.0.0/33', ['10.0.0.0/8'], 12, NETWORK],
  [
    'AUTH',
    'r:u:secret',
    { realm: 'r', user: 'u', password: 'secret' },
    5,
    'this password is not as crypt(3) writes it, so that no password fits; `openssl passwd -6` makes one',
  ],
];

test.each(partly)('%s %j works but for what its issue names', (name, text, value, column, complaint) => {
  const label = `HAPROXY_0_${name}`;
  const read = readPortLabels('/web', { [label]: text }, 0);
  expect(read.labels[name]).toEqual(value);
  expect(read.issues).toEqual([{ app: '/web', label, column, text: complaint }]);
  expect(read.closed.size).toBe(0);
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
  expect(readFileSync(join(__dirname, '../../../../lb/README.md'), 'utf8')).toContain(labelReference());
});

test('the README lists the templates of the table', () => {
  expect(readFileSync(join(__dirname, '../../../../lb/README.md'), 'utf8')).toContain(templateReference());
});
