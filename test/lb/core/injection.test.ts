/**
 * Whatever labels say, they steer only their own lines: no line appears that a known template does not make.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readApps } from '../../../lb/core/apps';
import { portLabels } from '../../../lb/core/labels';
import { buildModel } from '../../../lb/core/model';
import { createRenderer } from '../../../lb/core/render';
import { readSections } from '../../../lb/core/sections';
import { loadTemplates } from '../../../lb/edge/templates';
import { appJson, plainOptions, plainWorld, taskJson } from '../builders';

const render = createRenderer(loadTemplates());
const options = { ...plainOptions, httpsIn: { address: '*', port: 443, certificates: ['/cert.pem'] } };

/** First words of the lines that our templates make, by kind of section. */
const KNOWN: Readonly<Record<string, RegExp>> = {
  userlist: /^ {2}user \S+ password \S+$/,
  frontend:
    /^ {2}(bind \S+( ssl crt \S+)?|mode (http|tcp)|acl \S+ (req\.hdr|hdr|path_beg|http_auth)[^"'#\\]*|http-request (redirect|auth) [^"'#\\]*|use_backend [^"'#\\]*)$/,
  backend:
    /^ {2}(balance [\w ()-]+|mode (http|tcp)|option {1,2}(forwardfor|httpchk GET \S+)|timeout check \d+s|cookie mesosphere_server_id insert indirect nocache|acl (network_allowed src \S+|is_root path -i \/|is_domain req\S+ -m str -i \S+)|(http|tcp)-(request|response) [^"'#]*|server [^"'#\\]*)$/,
};
const REQUESTS: readonly RegExp[] = [
  /^ {2}http-request (set-header (X-Forwarded-Port %\[dst_port\]|Host \S+)|add-header X-Forwarded-Proto https if \{ ssl_fc \}|allow if network_allowed|deny|replace-path \S+ \/\\2|redirect code 301 location \S+ if \S+( \S+)?|auth realm \S+ if [^\n]*)$/,
  /^ {2}http-response (set-header Strict-Transport-Security max-age=15768000|replace-header Location \S+ \S+)$/,
  /^ {2}tcp-request content (accept if network_allowed|reject)$/,
];

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'a\nbackend evil\n  server x 1.2.3.4:80',
    'a\r\n  http-request deny',
    'x" # y',
    'a\\ b',
    '%[src]',
    '/a%[src]',
    `\${HOME}`,
    '-i /a\u2028/b',
    '/a if TRUE',
    'uri len 5\nx',
    'r:u:p\n',
  ),
  fc.constantFrom(
    'true',
    'a.example.com',
    '/path',
    '/a%20b',
    '-i /x /y',
    'r:u:$1$x',
    '10.0.0.0/8',
    '12',
    'http',
    'source',
  ),
);
const labelSets = fc.dictionary(
  fc.constantFrom(...Object.keys(portLabels).map((name) => `HAPROXY_0_${name}`)),
  nasty,
  { maxKeys: 12 },
);

function configOf(labels: Record<string, string>, id = '/web'): string {
  const tasks = [taskJson('t', [31_000])];
  const other = appJson('/other', 20_000, tasks, { labels: { HAPROXY_0_VHOST: 'other.example.com' } });
  const read = readApps({
    apps: [appJson(id, 10_000, tasks, { labels: { ...labels, HAPROXY_0_GROUP: 'external' } }), other],
  });
  if ('error' in read) throw new Error(read.error);
  return render(buildModel(read.apps, options, plainWorld)).config;
}

test('no label value makes a line or a section that is not ours', () => {
  fc.assert(
    fc.property(labelSets, (labels) => {
      for (const { title, text } of readSections(configOf(labels))) {
        const [kind = '', name = ''] = title.split(' ');
        expect(title).toMatch(/^(global|defaults|listen stats|(userlist|frontend|backend) [A-Za-z0-9_]+)$/);
        if (!KNOWN[kind] || name === 'meseta_admin') continue;
        expect(name).toMatch(/^(user_)?(web|other)_\d+$|^marathon_/);
        for (const line of text.split('\n').slice(1)) {
          expect(line).toMatch(KNOWN[kind]);
          if (kind === 'backend' && /^ {2}\S+-(request|response)/.test(line))
            expect(REQUESTS.some((known) => known.test(line)) ? '' : line).toBe('');
        }
      }
    }),
    { numRuns: 1500 },
  );
});

test('the other app is untouched by whatever labels say', () => {
  const plain = readSections(configOf({})).filter(({ title }) => title.includes('other_20000'));
  fc.assert(
    fc.property(labelSets, (labels) => {
      const found = readSections(configOf({ ...labels, HAPROXY_0_PORT: '10000' }));
      expect(found.filter(({ title }) => title.includes('other_20000'))).toEqual(
        plain.map(({ title, text }) => expect.objectContaining({ title, text })),
      );
    }),
    { numRuns: 300 },
  );
});

test('HAProxy itself accepts what comes of random labels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lb-property-'));
  try {
    fc.assert(
      fc.property(labelSets, (labels) => {
        const path = join(folder, 'haproxy.cfg');
        writeFileSync(path, configOf(labels).replace(/^ {2}bind \*:443 ssl .*$/m, '  bind *:443'));
        execFileSync('/usr/sbin/haproxy', ['-c', '-f', path], { stdio: 'pipe' });
      }),
      { numRuns: 25 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
