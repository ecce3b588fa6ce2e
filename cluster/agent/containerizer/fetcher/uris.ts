/**
 * URIs that are fetched: what of them is refused, their names in the sandbox, and where they lead (Mesos 1.11
 * src/slave/containerizer/fetcher.cpp).
 */

/** Suffixes of archives. Those that hold a single file are told apart by `isPackedFile`. */
const ARCHIVES = ['.tar', '.tgz', '.tar.gz', '.tbz2', '.tar.bz2', '.txz', '.tar.xz', '.zip'];

/** The schemes of `--fetcher_schemes`; the original takes any. */
export const DEFAULT_SCHEMES = 'file,http,https,ftp,ftps,hdfs,hftp,s3,s3a,s3n';

/** The part of a URI that the fetcher looks at. */
export interface FetchedUri {
  readonly value: string;
  readonly output_file?: string | undefined;
}

/** The last part of a URI, with its query: URIs are read like paths, as in the original. */
export function baseName(uri: string): string {
  const path = uri.includes('://') ? uri.slice(uri.indexOf('://') + 3) : uri.replace(/\/+$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The name below the sandbox. */
export function targetOf({ value, output_file }: FetchedUri): string {
  return output_file ?? baseName(value.trimStart());
}

export function isArchive(name: string): boolean {
  return ARCHIVES.some((suffix) => name.endsWith(suffix));
}

/** True for one file that is compressed, such as `data.gz`. */
export function isPackedFile(name: string): boolean {
  return name.endsWith('.gz') && !isArchive(name);
}

/** The scheme in small letters; `file` for paths. */
function schemeOf(uri: string): string {
  const text = uri.trimStart();
  const end = text.indexOf('://');
  return end < 0 ? 'file' : text.slice(0, end).toLowerCase();
}

/**
 * The part of the fetcher that fetches a URI. Whatever nobody else fetches is the Hadoop client's, as in the original;
 * objects of S3 are, too, without a store to ask.
 */
export function sourceKind(uri: string): 'local' | 'http' | 'ftp' | 's3' | 'hadoop' {
  const scheme = schemeOf(uri);
  if (scheme === 'file') return 'local';
  if (scheme === 'http' || scheme === 'https') return 'http';
  if (scheme === 'ftp' || scheme === 'ftps') return 'ftp';
  return /^s3[an]?$/.test(scheme) ? 's3' : 'hadoop';
}

/** The reason why the URIs of a command are not fetched; undefined when they are. */
export function urisError(uris: readonly FetchedUri[], schemes: ReadonlySet<string>): string | undefined {
  for (const uri of uris) {
    const error = uriError(uri.value, schemes) ?? nameError(uri);
    if (error !== undefined) return error;
  }
  return undefined;
}

function uriError(uri: string, schemes: ReadonlySet<string>): string | undefined {
  if (/[\\'\0]/.test(uri)) return 'Illegal characters in URI';
  const start = uri.indexOf('://');
  const slash = uri.indexOf('/', start + 3);
  if (start > 1 && (slash < 0 || slash === uri.length - 1))
    return `Malformed URI (missing path): ${withoutSecrets(uri)}`;
  const scheme = schemeOf(uri);
  return schemes.has(scheme) ? undefined : `The scheme '${scheme}' is not among --fetcher_schemes`;
}

/** The original refuses absolute paths alone. */
function nameError(uri: FetchedUri): string | undefined {
  const { output_file: file } = uri;
  if (file === '') return 'URI output file path is empty';
  const target = targetOf(uri);
  const path = pathError(target);
  if (path === undefined) return undefined;
  if (file === undefined) return `${withoutSecrets(uri.value)} has no name for a file: ${path}`;
  return `URI output file must be within the sandbox directory: ${path}`;
}

/** The reason why a relative path leads nowhere in the sandbox; undefined for one that does. */
export function pathError(path: string): string | undefined {
  const parts = path.split('/');
  if (path.startsWith('/')) return `'${path}' is absolute`;
  if (parts.includes('..')) return `'${path}' leads up`;
  if (path.includes('\0')) return 'it has a null character';
  if (parts.every((part) => part === '' || part === '.')) return `'${path}' names no file`;
  // The output of the task is written to them.
  const isOutput = /^(\.?\/)*std(out|err)\/*$/.test(path);
  return isOutput ? `'${path}' is the output of the task` : undefined;
}

/** A local path; undefined for what is not on this machine. */
export function localPath(uri: string, frameworksHome: string | undefined): string | undefined {
  const text = uri.trimStart();
  if (schemeOf(text) !== 'file') return undefined;
  const isFileUri = text.includes('://');
  const path = (isFileUri ? text.slice('file://'.length) : text).replace(/^localhost(?=\/)/, '');
  if (path.startsWith('/')) return path;
  if (isFileUri) throw new Error('File URI only supports absolute paths');
  if (frameworksHome) return `${frameworksHome.replace(/\/+$/, '')}/${path}`;
  throw new Error(
    'A relative path was passed for the resource but the Mesos framework home was not specified. ' +
      'Please either provide this config option or avoid using a relative path',
  );
}

/** A URI without its password and query, for logs and messages that others read than the task. */
export function withoutSecrets(uri: string): string {
  return uri.replace(/^([^/?#]*:\/\/)[^/?#]*@/, '$1').replace(/\?.*$/s, '?...');
}
