import {
  boundsOf,
  DEFAULT_BOUND,
  DEFAULT_PREFIX,
  type LogrotateLogger,
} from '../../../../../cluster/agent/core/containers/log-bounds';

const LOGGER: LogrotateLogger = {
  variablePrefix: DEFAULT_PREFIX,
  bounds: { stdout: DEFAULT_BOUND, stderr: DEFAULT_BOUND },
};
const MB = 1024 * 1024;

it.each([
  ['no variables', {}, {}, {}],
  ['other variables', { FOO: '1', CONTAINER: 'x' }, {}, {}],
  ['a size', { CONTAINER_LOGGER_MAX_STDOUT_SIZE: '5MB' }, { maxBytes: 5 * MB }, {}],
  ['a size of stderr', { CONTAINER_LOGGER_MAX_STDERR_SIZE: '4096B' }, {}, { maxBytes: 4096 }],
  ['a number of files', { CONTAINER_LOGGER_LOGROTATE_STDOUT_OPTIONS: 'rotate 9' }, { olderFiles: 9 }, {}],
  [
    'options that change nothing',
    {
      CONTAINER_LOGGER_LOGROTATE_STDERR_OPTIONS:
        '# daily logs\n  daily\nrotate 0\nmissingok\nsize 5k\nnocompress',
    },
    {},
    { olderFiles: 0 },
  ],
])('the bounds follow the variables of the task: %s', (_what, variables, stdout, stderr) => {
  expect(boundsOf(LOGGER, variables)).toEqual({
    stdout: { ...DEFAULT_BOUND, ...stdout },
    stderr: { ...DEFAULT_BOUND, ...stderr },
  });
});

it.each([
  [{ CONTAINER_LOGGER_MAX_STDOUT_SIZE: '4095B' }, 'of at least 4KB'],
  [{ CONTAINER_LOGGER_MAX_STDOUT_SIZE: 'much' }, "Failed to load value 'much' for flag 'max_stdout_size'"],
  [{ CONTAINER_LOGGER_COLOR: 'red' }, "Failed to load unknown flag 'color'"],
  [{ CONTAINER_LOGGER_MAX_STDOUT_OPTIONS: '1' }, "Failed to load unknown flag 'max_stdout_options'"],
  [
    { CONTAINER_LOGGER_LOGROTATE_STDOUT_OPTIONS: 'rotate 2\ncompress' },
    "the option 'compress' of logrotate is not supported",
  ],
  [
    { CONTAINER_LOGGER_LOGROTATE_STDOUT_OPTIONS: 'rotate -1' },
    "'rotate' needs a number from 0 to 1000, not '-1'",
  ],
  [{ CONTAINER_LOGGER_LOGROTATE_STDOUT_OPTIONS: 'rotate' }, "'rotate' needs a number"],
  [
    { CONTAINER_LOGGER_LOGROTATE_STDOUT_OPTIONS: 'postrotate\nrm -rf /\nendscript' },
    "the option 'postrotate'",
  ],
])('a setting that cannot be kept is refused: %j', (variables, error) => {
  expect(boundsOf(LOGGER, variables as Record<string, string>)).toEqual({
    error: expect.stringContaining(error),
  });
});
