/**
 * The flags of the fetcher: Mesos' with its names and defaults (Mesos 1.11 src/slave/flags.cpp), and bounds of ours.
 */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bytes, duration, type Flag, integer, path, text, type Values } from '../../../runtime/config/flags';
import type { FetcherSettings } from './fetcher';
import { s3Flags, s3Settings } from './s3-flags';
import { DEFAULT_SCHEMES } from './uris';

const GIB = 1024 ** 3;

const schemes: Flag<ReadonlySet<string>> = {
  help: 'schemes of URIs that are fetched, redirects included; file is that of paths, too',
  value: 'NAMES',
  fallback: readSchemes(DEFAULT_SCHEMES),
  fallbackText: DEFAULT_SCHEMES,
  read: readSchemes,
  print: (names) => [...names].join(','),
};

function readSchemes(value: string): ReadonlySet<string> {
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  const wrong = names.find((name) => !/^[a-z][a-z0-9+.-]*$/.test(name));
  if (wrong !== undefined) throw new Error(`expected schemes such as http,https, and not '${wrong}'`);
  return new Set(names);
}

const authorities: Flag<string | undefined> = {
  ...path({
    help: 'certificates, in PEM, of authorities that https and ftps servers may have beside those of the machine (ours)',
  }),
  read: (value) => {
    const file = resolve(value.replace(/^file:\/\//, ''));
    if (!readFileSync(file, 'utf8').includes('-----BEGIN CERTIFICATE-----'))
      throw new Error('expected a file with certificates in PEM');
    return file;
  },
};

export const fetcherFlags = {
  fetcher_cache_dir: text({
    help: 'folder of files that are fetched with cache; it is emptied at the start. fetch in --work_dir without it',
    value: 'PATH',
  }),
  fetcher_cache_size: bytes({
    help: 'size of the cache of the fetcher; 0B turns it off',
    fallback: 2 * GIB,
    fallbackText: '2GB',
  }),
  fetcher_stall_timeout: duration({
    help: 'time without a byte after which a download from the net has failed',
    fallback: 60_000,
    fallbackText: '1mins',
    positive: true,
  }),
  frameworks_home: text({ help: 'folder of URIs that are relative paths', fallback: '', value: 'PATH' }),
  hadoop_home: text({
    help: 'folder of Hadoop, whose bin/hadoop fetches hdfs, hftp and the like; HADOOP_HOME or the PATH without it',
    value: 'PATH',
  }),
  fetcher_schemes: schemes,
  fetcher_ca_file: authorities,
  ...s3Flags,
  fetcher_max_size: bytes({
    help: 'what the fetch of one task may write, archives and what is in them (ours)',
    fallback: 5 * GIB,
    fallbackText: '5GB',
  }),
  fetcher_max_files: integer({
    help: 'files, folders and links that the fetch of one task may make (ours)',
    fallback: 200_000,
    min: 1,
    max: 100_000_000,
  }),
  fetcher_timeout: duration({
    help: 'time that the fetch of one task may take (ours)',
    fallback: 3_600_000,
    fallbackText: '1hrs',
    positive: true,
  }),
} as const;

/** The settings of the fetcher by its flags, and the environment of the agent. */
export function fetcherSettings(
  flags: Values<typeof fetcherFlags>,
  workDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): FetcherSettings {
  const hadoopHome = flags.hadoop_home ?? environment['HADOOP_HOME'];
  return {
    cacheDir:
      flags.fetcher_cache_dir === undefined ? join(workDir, 'fetch') : resolve(flags.fetcher_cache_dir),
    cacheBytes: flags.fetcher_cache_size,
    stallMs: flags.fetcher_stall_timeout,
    timeoutMs: flags.fetcher_timeout,
    schemes: flags.fetcher_schemes,
    limits: { bytesMax: flags.fetcher_max_size, filesMax: flags.fetcher_max_files },
    caFile: flags.fetcher_ca_file,
    s3: s3Settings(flags, environment, hadoopHome),
    hadoop: hadoopHome ? join(hadoopHome, 'bin', 'hadoop') : 'hadoop',
    frameworksHome: flags.frameworks_home === '' ? undefined : flags.frameworks_home,
    workDir,
  };
}
