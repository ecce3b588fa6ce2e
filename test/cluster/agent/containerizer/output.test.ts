import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Isolator } from '../../../../cluster/agent/containerizer/isolators/isolator';
import { OutputFiles } from '../../../../cluster/agent/containerizer/output';
import { containerLogBounds } from '../../../../cluster/agent/edge/flags/log-flags';
import type { CommandInfo } from '../../../../cluster/api/generated/mesos';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { outputWriter, WRITER_FOLDER } from '../../../../cluster/runtime/output/bounded-output';
import { findProcesses, signalAll } from '../../../../cluster/runtime/processes';
import { Place, runtime } from './place';

const bare: Isolator = { name: 'bare', needsRuntime: true };
const hasPrograms = holderProgram() !== undefined && outputWriter() !== undefined;
const ways: readonly [string, readonly Isolator[], boolean][] = [
  ['a holder', [], hasPrograms],
  ['the runtime', [bare], hasPrograms && 'path' in runtime],
];
const LOGGER = 'org_apache_mesos_LogrotateContainerLogger';
const output = (): OutputFiles =>
  new OutputFiles(
    containerLogBounds({ container_logger: LOGGER, max_container_log_size: undefined }, new Map()),
  );

function command(value: string, variables: Readonly<Record<string, string>>): CommandInfo {
  const list = Object.entries(variables).map(([name, text]) => ({ name, value: text }));
  return { value, environment: { variables: list } };
}

describe.each(ways)('the output of containers under %s', (_name, isolators, isThere) => {
  const check = isThere ? it : it.skip;
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.close());

  check('has the bounds that the task asks for, and all of it is there at the end', async () => {
    const containers = place.containerizer(isolators, { output: output() });
    const script = 'i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i+1)); done; echo err >&2';
    const variables = {
      CONTAINER_LOGGER_MAX_STDOUT_SIZE: '4KB',
      CONTAINER_LOGGER_LOGROTATE_STDOUT_OPTIONS: 'rotate 2',
    };
    const spec = place.spec(script, { command: command(script, variables) });
    const container = await containers.launch(spec);
    await container.ended;
    const files = readdirSync(spec.directory).filter((name) => name.startsWith('std'));
    expect(files.sort()).toEqual(['stderr', 'stdout', 'stdout.1', 'stdout.2']);
    for (const name of files) expect(statSync(join(spec.directory, name)).size).toBeLessThanOrEqual(4096);
    expect(place.output(spec).endsWith('line 999\n')).toBe(true);
    expect(place.output(spec, 'stderr')).toBe('err\n');
    await containers.destroy(spec.containerId);
  });

  check('has bounds for a terminal, too', async () => {
    const containers = place.containerizer(isolators, { output: output() });
    const spec = place.spec('', {
      command: command('seq 1 5000', { CONTAINER_LOGGER_MAX_STDOUT_SIZE: '4KB' }),
      container: { type: 'MESOS', tty_info: {} },
    });
    expect((await (await containers.launch(spec)).ended).status).toEqual({ code: 0 });
    expect(place.output(spec).endsWith('\r\n5000\r\n')).toBe(true);
    expect(statSync(join(spec.directory, 'stdout')).size).toBeLessThanOrEqual(4096);
    await containers.destroy(spec.containerId);
  });

  check('outlives the agent, and all of it is there at the end, too', async () => {
    const spec = place.spec('for i in 1 2 3; do sleep 0.1; echo $i; done');
    await place.containerizer(isolators, { output: output() }).launch(spec);
    const second = place.containerizer(isolators, { output: output() });
    const [adopted] = await second.recover([spec.containerId]);
    // A busy disk keeps the writer waiting.
    const writers = findProcesses(WRITER_FOLDER, (folder) => folder === spec.directory);
    expect(writers).toHaveLength(1);
    signalAll(writers, 'SIGSTOP');
    setTimeout(() => signalAll(writers, 'SIGCONT'), 1500);
    await adopted?.ended;
    expect(place.output(spec)).toBe('1\n2\n3\n');
    await second.destroy(spec.containerId);
  });

  check('is refused with the reason where it cannot be what the task asks for', async () => {
    const containers = place.containerizer(isolators, { output: output() });
    const variables = { CONTAINER_LOGGER_LOGROTATE_STDERR_OPTIONS: 'compress' };
    const spec = place.spec('true', { command: command('true', variables) });
    await expect(containers.launch(spec)).rejects.toThrow(
      /Failed to load container logger settings: .*the option 'compress' of logrotate is not supported/,
    );
  });
});
