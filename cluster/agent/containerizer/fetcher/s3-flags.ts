/**
 * The flags of S3, which are ours: the store, its region, and the key that signs. Without them the variables of AWS' own
 * programs are read.
 */

import { choice, document, type Flag, text, type Values } from '../../../runtime/config/flags';
import type { S3Credentials, S3Settings } from './s3';

const DEFAULT_REGION = 'us-east-1';
const CREDENTIALS = '{"access_key": "...", "secret_key": "..."}';

type Environment = Readonly<Record<string, string | undefined>>;

export const s3Flags = {
  fetcher_s3_client: choice({
    help: 'what fetches s3, s3a and s3n: hadoop is the Hadoop client, native the agent; auto is hadoop where --hadoop_home or HADOOP_HOME is set, and native elsewhere (ours)',
    words: ['auto', 'native', 'hadoop'],
    fallback: 'auto',
  }),
  fetcher_s3_endpoint: endpointFlag(),
  fetcher_s3_region: text({
    help: `region of S3; AWS_REGION, AWS_DEFAULT_REGION or ${DEFAULT_REGION} without it (ours)`,
    value: 'REGION',
  }),
  fetcher_s3_credentials: credentialsFlag(),
} as const;

/** The settings of S3; undefined when the Hadoop client fetches its objects. */
export function s3Settings(
  flags: Values<typeof s3Flags>,
  environment: Environment,
  hadoopHome: string | undefined,
): S3Settings | undefined {
  const client = flags.fetcher_s3_client;
  if (client === 'hadoop' || (client === 'auto' && hadoopHome)) return undefined;
  const { AWS_REGION: regionOfAll, AWS_DEFAULT_REGION: defaultRegion } = environment;
  const region = flags.fetcher_s3_region ?? (regionOfAll || defaultRegion || DEFAULT_REGION);
  const { AWS_ENDPOINT_URL_S3: endpointOfS3, AWS_ENDPOINT_URL: endpointOfAll } = environment;
  const endpoint = endpointOfS3 || endpointOfAll;
  return {
    endpoint:
      flags.fetcher_s3_endpoint ?? (endpoint ? readEndpoint(endpoint) : `https://s3.${region}.amazonaws.com`),
    region,
    credentials: flags.fetcher_s3_credentials ?? environmentCredentials(environment),
  };
}

function environmentCredentials(environment: Environment): S3Credentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (!accessKey || !secretKey) return undefined;
  return { accessKey, secretKey, ...(sessionToken && { sessionToken }) };
}

function endpointFlag(): Flag<string | undefined> {
  return {
    ...text({
      help: 'URL of the store that speaks S3, which is asked in path style; AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS in --fetcher_s3_region without it (ours)',
      value: 'URL',
    }),
    read: readEndpoint,
  };
}

function readEndpoint(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || !/^https?:$/.test(url.protocol))
    throw new Error('expected the URL of a store, such as http://minio.example.com:9000');
  return url.href.replace(/\/+$/, '');
}

function credentialsFlag(): Flag<S3Credentials | undefined> {
  const flag = document({
    help: `key that signs requests to S3: ${CREDENTIALS}, or with "session_token"; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN without it, and nothing is signed without these (ours)`,
    secret: true,
  });
  return {
    ...flag,
    fallback: undefined,
    print: () => '***',
    read: (value) => readCredentials(flag.read(value, undefined) ?? ''),
  };
}

function readCredentials(json: string): S3Credentials {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error(`expected JSON such as ${CREDENTIALS}`);
  }
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { access_key: accessKey, secret_key: secretKey, session_token: sessionToken } = fields;
  if (typeof accessKey !== 'string' || typeof secretKey !== 'string' || !accessKey || !secretKey)
    throw new Error('expected texts as "access_key" and "secret_key"');
  if (sessionToken !== undefined && typeof sessionToken !== 'string')
    throw new Error('expected a text as "session_token"');
  return { accessKey, secretKey, ...(sessionToken && { sessionToken }) };
}
