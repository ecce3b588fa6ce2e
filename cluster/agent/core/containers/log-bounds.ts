/**
 * The bounds of a container's stdout and stderr: by a flag for all, or by variables of the task as the original's logrotate
 * logger reads them (Mesos 1.11 src/slave/container_loggers/lib_logrotate.cpp). Pure.
 */

import { printBytes, readBytes } from '../../../model/bytes';
import type { LogBound } from '../../../model/log-bound';

export interface LogBounds {
  readonly stdout: LogBound;
  readonly stderr: LogBound;
}

export type LogBoundsResult = LogBounds | { readonly error: string };

/** The logger of `--container_logger` with its parameters. */
export interface LogrotateLogger {
  /** Beginning of the variables that change the bounds of one container. */
  readonly variablePrefix: string;
  readonly bounds: LogBounds;
}

/** Least size of a file: a page. */
const SIZE_MIN = 4096;
const OLDER_MAX = 1000;
export const DEFAULT_BOUND: LogBound = { maxBytes: 10 * 1024 * 1024, olderFiles: 1 };
export const DEFAULT_PREFIX = 'CONTAINER_LOGGER_';

type Stream = keyof LogBounds;

/** The bounds of a container with these variables in its command. */
export function boundsOf(
  logger: LogrotateLogger,
  variables: Readonly<Record<string, string>>,
): LogBoundsResult {
  const settings = Object.entries(variables)
    .filter(([name]) => name.startsWith(logger.variablePrefix))
    .map(([name, value]) => [name.slice(logger.variablePrefix.length).toLowerCase(), value] as const);
  return applySettings(logger.bounds, settings);
}

/** Changes bounds by settings such as `max_stdout_size`. The names are those of the logger's parameters. */
export function applySettings(
  bounds: LogBounds,
  settings: readonly (readonly [name: string, value: string])[],
): LogBoundsResult {
  let result: LogBounds = bounds;
  for (const [name, value] of settings) {
    const [, stream, what] =
      /^(?:max_(?=std(?:out|err)_size$)|logrotate_(?=std(?:out|err)_options$))(std(?:out|err))_(size|options)$/.exec(
        name,
      ) ?? [];
    if (stream === undefined) return { error: `Failed to load unknown flag '${name}'` };
    const changed = what === 'size' ? readSize(name, value) : readOptions(name, value);
    if ('error' in changed) return changed;
    result = { ...result, [stream]: { ...result[stream as Stream], ...changed } };
  }
  return result;
}

type Change = Partial<LogBound> | { readonly error: string };

function readSize(name: string, value: string): Change {
  const maxBytes = readBytes(value);
  if (maxBytes === undefined)
    return { error: `Failed to load value '${value}' for flag '${name}': expected a size such as 10MB` };
  if (maxBytes >= SIZE_MIN) return { maxBytes };
  return { error: `Expected --max_stdout_size and --max_stderr_size of at least ${printBytes(SIZE_MIN)}` };
}

/**
 * Options that change nothing here: they are what is done anyway, or say when to rotate, which the size says (the logger
 * overrides `size`, and logrotate then looks at no time).
 */
const WITHOUT_EFFECT = new Set(
  (
    'size hourly daily weekly monthly yearly missingok nomissingok ifempty notifempty create nocompress delaycompress ' +
    'nodelaycompress nocopy nocopytruncate nodateext nomail noolddir sharedscripts nosharedscripts noshred su'
  ).split(' '),
);

/** Reads options of logrotate, one a line. What cannot be done is refused: whoever asks for it may rely on it. */
function readOptions(name: string, text: string): Change {
  let olderFiles: number | undefined;
  for (const line of text.split(/[\n;]/)) {
    const [option = '', value] = line.trim().split(/[\s=]+/);
    if (option === '' || option.startsWith('#') || WITHOUT_EFFECT.has(option)) continue;
    if (option !== 'rotate')
      return {
        error: `'${name}': the option '${option}' of logrotate is not supported; only 'rotate COUNT' is`,
      };
    const count = /^\d+$/.test(value ?? '') ? Number(value) : Number.NaN;
    if (!(count <= OLDER_MAX))
      return { error: `'${name}': 'rotate' needs a number from 0 to ${OLDER_MAX}, not '${value ?? ''}'` };
    olderFiles = count;
  }
  return olderFiles === undefined ? {} : { olderFiles };
}
