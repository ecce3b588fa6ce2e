import type { ServerResponse } from 'node:http';
import { openFtp } from '../../../../../../cluster/agent/containerizer/fetcher/process/ftp-source';
import { copyFromHadoop } from '../../../../../../cluster/agent/containerizer/fetcher/process/hadoop';
import { openHttp } from '../../../../../../cluster/agent/containerizer/fetcher/process/http-source';
import { ftpServer, type HttpPages, httpServer } from '../servers';

const options = {
  stallMs: 5000,
  schemes: ['http', 'ftp'],
  signal: new AbortController().signal,
  environment: {},
  authorities: undefined,
};

describe('a download', () => {
  let web: HttpPages;
  const to = (location: string) => (_request: unknown, response: ServerResponse) =>
    void response.writeHead(302, { location }).end();

  beforeAll(async () => {
    web = await httpServer({
      '/number': to('http://2852039166/x'),
      '/file': to('file:///etc/passwd'),
      '/https': to('https://127.0.0.1/x'),
      '/ftp': to('ftp://169.254.1.1/x'),
      '/loop': to('/loop'),
    });
  });

  afterAll(() => web.close());

  test.each([
    ['http://169.254.169.254/latest'],
    ['http://2852039166/latest'],
    ['http://0xa9fea9fe/latest'],
    ['http://0251.0376.0251.0376/latest'],
    ['http://[::ffff:169.254.169.254]/latest'],
    ['http://[fe80::1]/latest'],
  ])('takes nothing from %s', async (uri) => {
    await expect(openHttp(uri, options)).rejects.toThrow('link-local address');
  });

  test.each([
    ['/number', 'link-local address'],
    ['/ftp', 'link-local address'],
    ['/file', "A redirect to the scheme 'file' is not followed"],
    ['/https', "A redirect to the scheme 'https' is not followed"],
    ['/loop', 'more than 50 redirects'],
  ])('follows no redirect as that of %s', async (path, reason) => {
    await expect(openHttp(`${web.url}${path}`, options)).rejects.toThrow(reason);
  });

  test('looks at the host that a proxy would connect to', async () => {
    const environment = { http_proxy: 'http://127.0.0.1:1' };
    const uri = 'http://169.254.1.1.nip.invalid/x';
    await expect(openHttp('http://0xa9fe0101/x', { ...options, environment })).rejects.toThrow('link-local');
    await expect(openHttp(uri, { ...options, environment })).rejects.not.toThrow('link-local');
  });

  test.each([['ftp://169.254.169.254/x'], ['ftp://2852039166/x'], ['ftp://[fe80::1]/x']])(
    'takes nothing from %s',
    async (uri) => {
      await expect(openFtp(uri, options)).rejects.toThrow('link-local address');
    },
  );

  test('refuses an FTP server that names another host for data, and commands in a name', async () => {
    const ftp = await ftpServer({ x: Buffer.from('x') }, { data: '169.254.1.1' });
    const { bytes } = await openFtp(`ftp://127.0.0.1:${ftp.port}/x`, options);
    await expect(
      (async () => {
        for await (const chunk of bytes) void chunk;
      })(),
    ).rejects.toThrow('PASV returned another host');
    await ftp.close();
    await expect(openFtp(`ftp://127.0.0.1:${ftp.port}/x%0D%0ADELE%20y`, options)).rejects.toThrow(
      'Illegal characters in URI',
    );
  });

  test('gives the Hadoop client no link-local host', async () => {
    const target = { folder: '/nowhere', name: 'x', bytesMax: 1 };
    const { signal } = options;
    await expect(
      copyFromHadoop('hdfs://169.254.169.254:8020/x', target, { hadoop: '/bin/true', signal }),
    ).rejects.toThrow('link-local address');
  });
});
