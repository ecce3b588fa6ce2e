import { dockerFlags } from '../../../../cluster/agent/docker/docker-flags';
import { parseFlags } from '../../../../cluster/runtime/config/flags';

const read = (...args: string[]) =>
  parseFlags(dockerFlags, { command: 'test', about: '', args, env: {} }).flags;

test('the flags of Docker have the defaults of the original', () => {
  expect(read()).toEqual({
    docker: 'docker',
    docker_socket: '/var/run/docker.sock',
    docker_stop_timeout: 0,
    docker_remove_delay: 21_600_000,
    docker_kill_orphans: true,
  });
});

test.each([['--docker_socket=docker.sock', 'expected a path that begins with a slash']])(
  '%s is refused: %s',
  (arg, reason) => {
    expect(() => read(arg)).toThrow(reason);
  },
);
