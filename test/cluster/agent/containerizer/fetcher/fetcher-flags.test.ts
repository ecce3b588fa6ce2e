import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  fetcherFlags,
  fetcherSettings,
} from '../../../../../cluster/agent/containerizer/fetcher/fetcher-flags';
import { parseFlags } from '../../../../../cluster/runtime/config/flags';
import { printFlags } from '../../../../../cluster/runtime/config/print-flags';
import { Certificates } from '../../../runtime/tls/certificates';

const parse = (...args: readonly string[]) =>
  parseFlags(fetcherFlags, { command: 'meseta agent', about: '', args, env: {} });
const s3Of = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  fetcherSettings(parse(...args).flags, '/work', environment).s3;

describe('the store of S3', () => {
  const credentials = { accessKey: 'A', secretKey: 'S' };
  const key = '--fetcher_s3_credentials={"access_key": "A", "secret_key": "S"}';
  const variables = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'S' };
  test.each([
    [[], {}, { endpoint: 'https://s3.us-east-1.amazonaws.com', region: 'us-east-1', credentials: undefined }],
    [
      ['--fetcher_s3_endpoint=http://minio:9000/', '--fetcher_s3_region=r', key],
      { AWS_ENDPOINT_URL: 'http://other' },
      { endpoint: 'http://minio:9000', region: 'r', credentials },
    ],
    [
      [],
      { ...variables, AWS_SESSION_TOKEN: 'T', AWS_REGION: 'r', AWS_ENDPOINT_URL_S3: 'http://minio:9000' },
      { endpoint: 'http://minio:9000', region: 'r', credentials: { ...credentials, sessionToken: 'T' } },
    ],
    [['--hadoop_home=/hadoop'], variables, undefined],
    [[], { HADOOP_HOME: '/hadoop' }, undefined],
    [['--fetcher_s3_client=hadoop'], {}, undefined],
    [
      ['--hadoop_home=/hadoop', '--fetcher_s3_client=native', '--fetcher_s3_region=r'],
      {},
      { endpoint: 'https://s3.r.amazonaws.com', region: 'r', credentials: undefined },
    ],
  ])('with %j and %j is %j', (args, environment, settings) => {
    expect(s3Of(args, environment)).toEqual(settings);
  });

  test.each([
    ['--fetcher_s3_endpoint=minio:9000', 'expected the URL of a store'],
    ['--fetcher_s3_endpoint=http://a:b@minio', 'expected the URL of a store'],
    ['--fetcher_s3_credentials={"access_key": "A"}', 'expected texts as "access_key" and "secret_key"'],
    ['--fetcher_s3_credentials=A:S', 'expected JSON'],
    ['--fetcher_ca_file=/dev/null', 'expected a file with certificates in PEM'],
    ['--fetcher_ca_file=/no/such/file', 'no such file'],
  ])('refuses %s', (arg, reason) => {
    expect(() => parse(arg)).toThrow(reason);
  });

  test('shows no secret', () => {
    const { flags } = parse(key);
    expect(printFlags(fetcherFlags, flags)['fetcher_s3_credentials']).toBe('***');
  });
});

test('authorities are a file', () => {
  const certificates = new Certificates();
  const file = join(certificates.folder, 'more.pem');
  writeFileSync(file, `# ours\n-----BEGIN CERTIFICATE-----\n`);
  for (const path of [certificates.ca, `file://${file}`])
    expect(fetcherSettings(parse(`--fetcher_ca_file=${path}`).flags, '/work', {}).caFile).toBe(
      path.replace('file://', ''),
    );
  certificates.remove();
});

test('each bound of a fetch is in the help', () => {
  const { help = '' } = parse('--help');
  for (const name of Object.keys(fetcherFlags)) expect(help).toContain(`--${name}`);
});
