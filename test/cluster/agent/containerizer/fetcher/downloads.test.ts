/**
 * Downloads from servers of all kinds: with TLS, with wrong lengths, with odd answers and names, and a process that is
 * killed on the way.
 */

import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findProcesses } from '../../../../../cluster/runtime/processes';
import { until } from '../../../runtime/eventually';
import { Certificates } from '../../../runtime/tls/certificates';
import { tarOf } from './archives';
import { FetchPlace, isBuilt } from './fetch-place';
import { ftpServer, type HttpPages, httpServer } from './servers';

const maybe = isBuilt ? describe : describe.skip;

let place: FetchPlace;
beforeEach(() => {
  place = new FetchPlace();
});
afterEach(() => place.close());

maybe('a download over TLS', () => {
  let certificates: Certificates;
  let tls: { readonly key: string; readonly cert: string };

  beforeAll(() => {
    certificates = new Certificates();
    tls = { key: certificates.key, cert: certificates.cert };
  });
  afterAll(() => certificates.remove());

  test('trusts the authority of --fetcher_ca_file, and that of the environment', async () => {
    const web = await httpServer({ '/file': 'by https' }, { tls });
    const uri = `${web.url}/file`;
    const trusting = await place.fetch([uri], { fetcher: place.fetcher({ caFile: certificates.ca }) });
    expect([trusting.error, trusting.text('file')]).toEqual(['', 'by https']);
    const refused = await place.fetch([uri]);
    expect(refused.error).toContain('Error downloading resource: unable to verify the first certificate');
    const { NODE_EXTRA_CA_CERTS: before } = process.env;
    process.env['NODE_EXTRA_CA_CERTS'] = certificates.ca;
    const byVariable = await place.fetch([uri]);
    if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
    else process.env['NODE_EXTRA_CA_CERTS'] = before;
    expect([byVariable.error, byVariable.text('file')]).toEqual(['', 'by https']);
    await web.close();
  });

  test('trusts no certificate of another signer', async () => {
    const stranger = { key: certificates.strangerKey, cert: certificates.strangerCert };
    const web = await httpServer({ '/file': 'by a stranger' }, { tls: stranger });
    const fetcher = place.fetcher({ caFile: certificates.ca });
    expect((await place.fetch([`${web.url}/file`], { fetcher })).error).toContain('self-signed certificate');
    await web.close();
  });

  test('has both connections of ftps encrypted', async () => {
    const ftp = await ftpServer({ 'pub/file': Buffer.from('by ftps') }, { tls });
    const uri = `ftps://127.0.0.1:${ftp.port}/pub/file`;
    const trusting = await place.fetch([uri], { fetcher: place.fetcher({ caFile: certificates.ca }) });
    expect([trusting.error, trusting.text('file')]).toEqual(['', 'by ftps']);
    expect(ftp.commands).toContain('PROT P');
    expect((await place.fetch([uri])).error).toContain('unable to verify the first certificate');
    await ftp.close();
  });
});

maybe('a download', () => {
  let web: HttpPages;
  let other: HttpPages;
  let authorizations: (string | undefined)[];
  const status =
    (code: number, headers: Readonly<Record<string, string>> = {}) =>
    (_request: unknown, response: ServerResponse) =>
      void response.writeHead(code, headers).end();

  beforeEach(async () => {
    authorizations = [];
    other = await httpServer({
      '/file': (request, response) => {
        authorizations.push(request.headers.authorization);
        response.end('from there');
      },
    });
    web = await httpServer({
      '/304': status(304),
      '/204': status(204),
      '/401': status(401, { 'www-authenticate': 'Basic' }),
      '/206': (_request, response) => void response.writeHead(206).end('a part'),
      '/short': (_request, response) => {
        response.writeHead(200, { 'content-length': 10 }).write('only');
        setTimeout(() => response.destroy(), 50);
      },
      '/packed': (_request, response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('text')),
      '/away': status(302, { location: `${other.url}/file` }),
      '/here': status(302, { location: '/there' }),
      '/there': (request, response) => void response.end(request.headers.authorization ?? 'nobody'),
      '/a%2F..%2Fb%20c?d=e&f=%2F': 'odd',
      '/grows': (request, response) => {
        if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 4 }).end();
        else response.end('more than that');
      },
    });
  });

  afterEach(async () => {
    await web.close();
    await other.close();
  });

  test.each(['/304', '/204', '/206', '/401'])('fails by %s', async (path) => {
    const sandbox = await place.fetch([`${web.url}${path}`]);
    expect(sandbox.error).toContain(`received HTTP return code ${path.slice(1)}`);
    expect(readdirSync(sandbox.folder).sort()).toEqual(['stderr', 'stdout']);
  });

  test('fails with nothing left when less comes than was told', async () => {
    const sandbox = await place.fetch([`${web.url}/short`]);
    expect(sandbox.error).toContain('Error downloading resource: ');
    expect(readdirSync(sandbox.folder).sort()).toEqual(['stderr', 'stdout']);
  });

  test('has the bytes as they were sent, under the name as it is written', async () => {
    const sandbox = await place.fetch([`${web.url}/packed`, `${web.url}/a%2F..%2Fb%20c?d=e&f=%2F`]);
    expect(sandbox.error).toBe('');
    expect(sandbox.text('packed')).toBe(gzipSync('text').toString());
    expect(sandbox.text('a%2F..%2Fb%20c?d=e&f=%2F')).toBe('odd');
  });

  test('shows credentials to the server alone that they are for', async () => {
    const withUser = web.url.replace('http://', 'http://user:secret@');
    const away = await place.fetch([`${withUser}/away`]);
    expect([away.error, away.text('away')]).toEqual(['', 'from there']);
    expect(authorizations).toEqual([undefined]);
    const here = await place.fetch([`${withUser}/here`]);
    expect(here.text('here')).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
  });

  test('is not in the cache when more comes than was granted', async () => {
    const fetcher = place.fetcher({ cacheBytes: 10 });
    const sandbox = await place.fetch([{ value: `${web.url}/grows`, cache: true }], { fetcher });
    expect([sandbox.error, sandbox.text('grows')]).toEqual(['', 'more than that']);
    expect(sandbox.log).toContain('Failed to fill the cache: it is larger than the 4 bytes that were told');
    expect(readdirSync(place.cacheDir)).toEqual([]);
    expect(fetcher.metrics()['containerizer/fetcher/cache_size_used_bytes']).toBe(0);
  });
});

maybe('a fetch of an archive by the Hadoop client', () => {
  test('extracts it, also from the cache', async () => {
    const archive = join(place.root, 'all.tgz');
    writeFileSync(archive, gzipSync(tarOf([{ path: 'bin/run', body: 'echo hi' }])));
    const hadoop = join(place.root, 'hadoop');
    const client = `case $2 in -du) echo "$(stat -c %s ${archive}) $3" ;; *) cp ${archive} "$4" ;; esac`;
    writeFileSync(hadoop, `#!/bin/sh\n${client}\n`);
    chmodSync(hadoop, 0o755);
    const fetcher = place.fetcher({ hadoop });
    for (const cache of [false, true]) {
      const sandbox = await place.fetch([{ value: 'hdfs://nn/all.tgz', cache }], { fetcher });
      expect([sandbox.error, sandbox.text('bin/run')]).toEqual(['', 'echo hi']);
    }
    expect(readdirSync(place.cacheDir)).toEqual(['c1-all.tgz']);
  });
});

maybe('a process of a fetch that is killed', () => {
  test('leaves nothing in the cache, and the next fetch has a fresh one', async () => {
    let isSlow = true;
    const web = await httpServer({
      '/file': (request, response) => {
        response.writeHead(200, { 'content-length': 4 });
        if (request.method === 'HEAD' || !isSlow) response.end(request.method === 'HEAD' ? '' : 'file');
        else response.write('fi');
      },
    });
    const fetcher = place.fetcher();
    const directory = place.sandbox();
    const uri = { value: `${web.url}/file`, cache: true };
    const killed = place.fetch([uri], { fetcher, directory });
    mkdirSync(place.cacheDir, { recursive: true });
    await until(() => web.requests.includes('GET /file'));
    for (const pid of findProcesses('MESOS_SANDBOX', (sandbox) => sandbox === directory))
      process.kill(pid, 'SIGKILL');
    expect((await killed).error).toBe(
      "Failed to fetch all URIs for container 'c1': terminated with signal SIGKILL",
    );
    expect(readdirSync(place.cacheDir)).toEqual([]);
    isSlow = false;
    const again = await place.fetch([uri], { fetcher });
    expect([again.error, again.text('file')]).toEqual(['', 'file']);
    await web.close();
  });
});
