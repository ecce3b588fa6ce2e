import { containerLogBounds } from '../../../../../cluster/agent/edge/flags/log-flags';
import { readModules } from '../../../../../cluster/agent/edge/flags/modules';

const LOGGER = 'org_apache_mesos_LogrotateContainerLogger';
const MB = 1024 * 1024;
const modules = (parameters: Record<string, string>) =>
  readModules(
    JSON.stringify({
      libraries: [
        {
          modules: [
            { name: LOGGER, parameters: Object.entries(parameters).map(([key, value]) => ({ key, value })) },
          ],
        },
      ],
    }),
  );
const bound = (maxBytes: number, olderFiles = 1) => ({ maxBytes, olderFiles });

it('bounds nothing by default', () => {
  const bounds = containerLogBounds(
    { container_logger: undefined, max_container_log_size: undefined },
    new Map(),
  );
  expect(bounds({ CONTAINER_LOGGER_MAX_STDOUT_SIZE: '1MB' })).toBeUndefined();
});

it('bounds all logs by the plain flag, whatever a task says', () => {
  const bounds = containerLogBounds({ container_logger: undefined, max_container_log_size: MB }, new Map());
  expect(bounds({ CONTAINER_LOGGER_MAX_STDOUT_SIZE: '5MB' })).toEqual({
    stdout: bound(MB),
    stderr: bound(MB),
  });
});

it('bounds logs by the parameters of the logger, and by the variables of a task', () => {
  const parameters = {
    max_stdout_size: '2MB',
    logrotate_stderr_options: 'rotate 3',
    environment_variable_prefix: 'LOG_',
    launcher_dir: '/usr/libexec/mesos',
  };
  const bounds = containerLogBounds(
    { container_logger: LOGGER, max_container_log_size: undefined },
    modules(parameters),
  );
  expect(bounds({})).toEqual({ stdout: bound(2 * MB), stderr: bound(10 * MB, 3) });
  expect(bounds({ LOG_MAX_STDOUT_SIZE: '1MB', CONTAINER_LOGGER_MAX_STDOUT_SIZE: '9MB' })).toMatchObject({
    stdout: bound(MB),
  });
});

it('does not start with a parameter that the logger does not have', () => {
  const config = { container_logger: LOGGER, max_container_log_size: undefined };
  expect(() => containerLogBounds(config, modules({ colour: 'red' }))).toThrow(
    `--modules: ${LOGGER}: Failed to load unknown flag 'colour'`,
  );
});
