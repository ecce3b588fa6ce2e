import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { until } from '../../../runtime/eventually';
import { tarOf, zipOf } from './archives';
import { FetchPlace, isBuilt } from './fetch-place';
import { type FtpServer, ftpServer, type HttpPages, httpServer } from './servers';

const maybe = isBuilt ? describe : describe.skip;

const TAR = tarOf([
  { path: './', type: 'Directory', mode: 0o755 },
  { path: 'bin/run', body: 'echo hi', mode: 0o4755 },
  { path: 'bin/link', type: 'SymbolicLink', linkpath: '../bin/run' },
  { path: 'hard', type: 'Link', linkpath: 'bin/run' },
]);

maybe('a fetch', () => {
  let place: FetchPlace;
  let web: HttpPages;
  let ftp: FtpServer;

  beforeAll(async () => {
    place = new FetchPlace();
    web = await httpServer({
      '/plain': 'plain text',
      '/all.tar': TAR,
      '/all.tgz': gzipSync(TAR),
      '/all.zip': zipOf([
        { path: 'zipped/', mode: 0o040755 },
        { path: 'zipped/run', body: 'echo zip', mode: 0o106755 },
        { path: 'zipped/link', body: 'run', mode: 0o120777 },
      ]),
      '/one.gz': gzipSync('one file'),
      '/found': (_request, response) => void response.writeHead(302, { location: '/plain' }).end(),
      '/secret?key=hush': (request, response) =>
        void response.writeHead(request.headers.authorization === 'Basic dTpw' ? 200 : 401).end('told'),
      '/hostile.tgz': gzipSync(tarOf([{ path: 'a', body: Buffer.alloc(20_000_000) }])),
      '/to-ftp': (_request, response) =>
        void response.writeHead(302, { location: `ftp://127.0.0.1:${ftp.port}/pub/file` }).end(),
      '/silent': (_request, response) => void response.writeHead(200).write('a few bytes'),
      '/endless': (_request, response) => {
        response.writeHead(200);
        const more = (): void => {
          while (response.write(Buffer.alloc(65_536)));
          response.once('drain', more);
        };
        more();
      },
    });
    ftp = await ftpServer({ 'pub/file': Buffer.from('by ftp') });
  });

  afterAll(async () => {
    await web.close();
    await ftp.close();
    await place.close();
  });

  test('brings files by http, ftp and path, under the names that are wanted', async () => {
    const file = join(place.root, 'local');
    writeFileSync(file, 'a local file');
    const fetcher = place.fetcher({ frameworksHome: place.root });
    const sandbox = await place.fetch(
      [
        `${web.url}/plain`,
        { value: `${web.url}/found`, output_file: 'sub/folder/found' },
        `ftp://127.0.0.1:${ftp.port}/pub/file`,
        { value: `${web.url}/to-ftp`, output_file: 'redirected' },
        { value: file, executable: true },
        { value: `file://${file}`, output_file: 'again' },
        { value: 'local', output_file: 'relative' },
        { value: `http://u:p@127.0.0.1:${new URL(web.url).port}/secret?key=hush` },
      ],
      { fetcher },
    );
    expect(sandbox.error).toBe('');
    expect(sandbox.text('plain')).toBe('plain text');
    expect(sandbox.text('sub/folder/found')).toBe('plain text');
    expect([sandbox.text('file'), sandbox.text('redirected')]).toEqual(['by ftp', 'by ftp']);
    expect(sandbox.text('again')).toBe('a local file');
    expect(sandbox.text('relative')).toBe('a local file');
    expect(sandbox.text('secret?key=hush')).toBe('told');
    expect(statSync(sandbox.path('local')).mode & 0o777).toBe(0o755);
    expect(statSync(sandbox.path('plain')).mode & 0o111).toBe(0);
    expect(sandbox.log).toContain(`Fetching '${web.url}/plain' directly into the sandbox directory`);
    expect(sandbox.log).toContain(
      `Downloading resource from '${web.url}/plain' to '${sandbox.folder}/plain'`,
    );
    expect(sandbox.log).toMatch(
      /^W\d{4} \d\d:\d\d:\d\d\.\d{6} \d+ \S+:\d+\] Copying instead of extracting resource from URI with 'extract' flag/m,
    );
    expect(sandbox.log).toContain(`Successfully fetched all URIs into '${sandbox.folder}'`);
    expect(fetcher.metrics()['containerizer/fetcher/task_fetches_succeeded']).toBe(1);
  });

  test('extracts zip and gz, and nothing that is not to be extracted', async () => {
    const sandbox = await place.fetch([
      `${web.url}/all.zip`,
      `${web.url}/one.gz`,
      { value: `${web.url}/all.tgz`, extract: false },
      { value: `${web.url}/all.tar`, executable: true },
    ]);
    expect(sandbox.error).toBe('');
    expect(sandbox.text('zipped/link')).toBe('echo zip');
    expect(statSync(sandbox.path('zipped/run')).mode & 0o7777).toBe(0o755);
    expect(sandbox.text('one')).toBe('one file');
    expect(sandbox.has('all.tgz')).toBe(true);
    expect(sandbox.has('bin')).toBe(false);
  });

  test.each([
    ['/missing', 'received HTTP return code 404'],
    ['/hostile.tgz', '--fetcher_max_size'],
  ])('fails by %s', async (path, reason) => {
    const sandbox = await place.fetch([`${web.url}/plain`, { value: `${web.url}${path}` }]);
    expect(sandbox.error).toContain(
      `Failed to fetch all URIs for container 'c1': exited with status 1 (Failed to fetch '${web.url}${path}'`,
    );
    expect(sandbox.error).toContain(reason);
    expect(sandbox.log).toContain(`EXIT with status 1: Failed to fetch '${web.url}${path}': `);
    expect(readdirSync(sandbox.folder).sort()).toEqual(['stderr', 'stdout']);
  });

  test('refuses bad names and schemes before anything is fetched', async () => {
    const fetcher = place.fetcher({ schemes: new Set(['http']) });
    const errors: string[] = [];
    for (const uri of [{ value: `${web.url}/plain`, output_file: '../up' }, { value: 'ftp://127.0.0.1/x' }]) {
      errors.push((await place.fetch([uri], { fetcher })).error);
    }
    expect(errors).toEqual([
      "Could not fetch: URI output file must be within the sandbox directory: '../up' leads up",
      "Could not fetch: The scheme 'ftp' is not among --fetcher_schemes",
    ]);
    expect(fetcher.metrics()['containerizer/fetcher/task_fetches_failed']).toBe(2);
  });

  test('follows no link of the sandbox', async () => {
    const directory = place.sandbox();
    const outside = join(place.root, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(directory, 'volume'));
    const into = await place.fetch([{ value: `${web.url}/plain`, output_file: 'volume/x' }], { directory });
    expect(into.error).toContain("'volume' is in the way: it is a link");
    const over = await place.fetch([{ value: `${web.url}/plain`, output_file: 'volume' }], { directory });
    expect(over.error).toContain("'volume' is in the way: it is a link");
    expect(readdirSync(outside)).toEqual([]);
    expect(lstatSync(join(directory, 'volume')).isSymbolicLink()).toBe(true);
  });

  test('reads no devices, pipes or folders of the machine', async () => {
    const folder = await place.fetch([place.root]);
    expect(folder.error).toContain('is a directory');
    const device = await place.fetch(['/dev/zero']);
    expect(device.error).toContain("'/dev/zero' is not a regular file");
  });

  test('ends when nothing comes, when too much comes, and when it takes too long', async () => {
    const stalled = place.fetch([`${web.url}/silent`], { fetcher: place.fetcher({ stallMs: 500 }) });
    const endless = place.fetch([`${web.url}/endless`]);
    const late = place.fetch([`${web.url}/silent`], { fetcher: place.fetcher({ timeoutMs: 1000 }) });
    expect((await stalled).error).toContain(
      'Error downloading resource: Body Timeout Error: no byte came within 500ms, the bound of --fetcher_stall_timeout',
    );
    expect((await endless).error).toContain('The fetch would write more than');
    expect((await late).error).toBe('The fetch took longer than 1secs, the bound of --fetcher_timeout');
    expect((await late).has('silent')).toBe(false);
  });

  test('is given up with nothing left', async () => {
    const cancel = new AbortController();
    const directory = place.sandbox();
    const fetch = place.fetch([`${web.url}/silent`], { directory, signal: cancel.signal });
    await until(() => readdirSync(directory).includes('silent'));
    cancel.abort(new Error('no longer wanted'));
    expect((await fetch).error).toBe('no longer wanted');
    expect(readdirSync(directory).sort()).toEqual(['stderr', 'stdout']);
  });

  test('uses the Hadoop client for other schemes', async () => {
    const bin = join(place.root, 'hadoop', 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, 'hadoop'),
      `#!/bin/sh
case "$2 $3" in
  "-copyToLocal hdfs://nn/"*) echo "from $3 by $HADOOP_HOME" > "$4" ;;
  "-copyToLocal s3a://big/"*) dd if=/dev/zero of="$4" bs=1M count=20; sleep 10 ;;
  "-du hdfs://nn/x") echo "WARN a log"; echo "200 600 $3" ;;
  *) echo "no such file" >&2; exit 1 ;;
esac
`,
    );
    chmodSync(join(bin, 'hadoop'), 0o755);
    const fetcher = place.fetcher({ hadoop: join(bin, 'hadoop') });
    const sandbox = await place.fetch(
      [' hdfs://nn/x', { value: 'hdfs://nn/x', cache: true, output_file: 'y' }],
      { fetcher },
    );
    expect(sandbox.error).toBe('');
    const from = `from hdfs://nn/x by ${place.root}/hadoop\n`;
    expect([sandbox.text('x'), sandbox.text('y')]).toEqual([from, from]);
    expect((await place.fetch(['s3a://big/x'], { fetcher })).error).toContain('is larger than');
    expect((await place.fetch(['s3n://none/x'], { fetcher })).error).toContain('HDFS copyToLocal failed');
    const without = await place.fetch(['s3://b/x'], {
      fetcher: place.fetcher({ hadoop: '/nowhere/hadoop' }),
    });
    expect(without.error).toContain("there is no Hadoop client '/nowhere/hadoop'");
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('has the rights of the user alone', async () => {
    const secret = join(place.root, 'secret');
    writeFileSync(secret, 'root only', { mode: 0o600 });
    chmodSync(place.root, 0o711);
    const directory = place.sandbox();
    chownSync(directory, 65534, 65534);
    const refused = await place.fetch([secret], { directory, user: 'nobody' });
    expect(refused.error).toContain('EACCES');
    const sandbox = await place.fetch([`${web.url}/all.tgz`], { directory, user: 'nobody' });
    expect(sandbox.error).toBe('');
    expect(statSync(sandbox.path('bin/run')).uid).toBe(65534);
    const unknown = await place.fetch([`${web.url}/plain`], { user: 'nobody-of-this-name' });
    expect(unknown.error).toContain('no such user');
  });
});

maybe('the cache', () => {
  let place: FetchPlace;
  let web: HttpPages;
  let slow: (() => void)[] = [];

  beforeEach(async () => {
    slow = [];
    place = new FetchPlace();
    const sized = (size: number) => Buffer.alloc(size, 'x');
    web = await httpServer({
      '/a.tgz': gzipSync(TAR),
      '/half': sized(600),
      '/other': sized(600),
      '/large': sized(2000),
      '/unsized': (_request, response) => void response.writeHead(200).end('no length'),
      '/slow': (request, response) => {
        response.writeHead(200, { 'content-length': 4 });
        if (request.method === 'HEAD') response.end();
        else slow.push(() => response.end('slow'));
      },
    });
  });

  afterEach(async () => {
    await web.close();
    await place.close();
  });

  const cached = (path: string, more = {}) => ({ value: `${web.url}${path}`, cache: true, ...more });
  const downloads = (path: string) => web.requests.filter((request) => request === `GET ${path}`).length;
  const files = () => readdirSync(place.cacheDir).sort();
  const used = (fetcher: ReturnType<FetchPlace['fetcher']>) =>
    fetcher.metrics()['containerizer/fetcher/cache_size_used_bytes'];

  test('keeps what was fetched, and extracts from there', async () => {
    const fetcher = place.fetcher();
    for (let round = 0; round < 2; round++) {
      const sandbox = await place.fetch(
        [cached('/a.tgz'), cached('/a.tgz', { extract: false, output_file: 'copy' })],
        { fetcher },
      );
      expect(sandbox.error).toBe('');
      expect(sandbox.text('bin/run')).toBe('echo hi');
      expect([sandbox.has('a.tgz'), sandbox.has('copy')]).toEqual([false, true]);
    }
    expect(downloads('/a.tgz')).toBe(1);
    expect(files()).toEqual(['c1-a.tgz']);
    expect(statSync(join(place.cacheDir, 'c1-a.tgz')).mode & 0o777).toBe(0o600);
    expect(used(fetcher)).toBe(gzipSync(TAR).length);
    writeFileSync(join(place.cacheDir, 'note'), 'not of the cache');
    place.fetcher();
    expect(files()).toEqual(['note']);
  });

  test('is shared by fetches at the same time, and waited for', async () => {
    const fetcher = place.fetcher();
    const fetches = [1, 2, 3].map(() => place.fetch([cached('/slow')], { fetcher }));
    await until(() => slow.length === 1);
    for (const answer of slow) answer();
    for (const sandbox of await Promise.all(fetches)) expect(sandbox.text('slow')).toBe('slow');
    expect(downloads('/slow')).toBe(1);
  });

  test('lets others fetch for themselves when a download is given up', async () => {
    const fetcher = place.fetcher();
    const cancel = new AbortController();
    const first = place.fetch([cached('/slow')], { fetcher, signal: cancel.signal });
    await until(() => slow.length === 1);
    const second = place.fetch([cached('/slow')], { fetcher });
    cancel.abort(new Error('given up'));
    expect((await first).error).toBe('given up');
    await until(() => slow.length === 2);
    slow[1]?.();
    expect((await second).text('slow')).toBe('slow');
    expect(files()).toEqual([]);
    expect(used(fetcher)).toBe(0);
  });

  test('makes room by what nobody uses, and is left out without room or size', async () => {
    const fetcher = place.fetcher({ cacheBytes: 1000 });
    expect((await place.fetch([cached('/half')], { fetcher })).error).toBe('');
    expect((await place.fetch([cached('/other')], { fetcher })).error).toBe('');
    expect(files()).toEqual(['c2-other']);
    const both = await place.fetch(
      [cached('/other'), cached('/half'), cached('/large'), cached('/unsized')],
      { fetcher },
    );
    expect(both.error).toBe('');
    expect(['other', 'half', 'large', 'unsized'].every((name) => both.has(name))).toBe(true);
    expect(both.log).toContain(
      `Reverting to fetching directly into the sandbox for '${web.url}/half', due to failure to fetch through the cache, ` +
        'with error: Failed to reserve space in the cache: Could not free up enough fetcher cache space',
    );
    expect(files()).toEqual(['c2-other']);
    expect(used(fetcher)).toBe(600);
  });
});
