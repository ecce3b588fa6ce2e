/**
 * Agents whose disk is full: what cannot be launched fails with the reason, what runs goes on, and no end that came
 * meanwhile is lost.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canMount, SmallDisk } from '../cluster/runtime/small-disk';
import { AgentStand } from './agent-stand';
import { eventually } from './eventually';

let stand: AgentStand;
let disks: SmallDisk[] = [];

beforeEach(async () => {
  stand = await AgentStand.start();
});

afterEach(async () => {
  for (const disk of disks) disk.free();
  try {
    await stand.stop();
  } finally {
    for (const disk of disks) disk.unmount();
    disks = [];
    stand.agent.remove();
  }
});

/** A small disk of a folder of the agent. */
function diskOf(folder: string): SmallDisk {
  const disk = SmallDisk.mount(folder, { size: '24m' });
  disks.push(disk);
  stand.agent.mounts.push(folder);
  return disk;
}

const waitsFor = (file: string): string => `while [ ! -e ${file} ]; do sleep 0.05; done; exit 3`;

async function expectEnd(
  task: string,
  state: string,
  message: string | RegExp,
  reason?: string,
): Promise<void> {
  const status = await stand.end(task);
  expect([task, status.state, status.reason]).toEqual([task, state, reason]);
  expect(status.message).toMatch(message);
  expect(stand.ends(task)).toHaveLength(1);
}

async function expectKill(task: string): Promise<void> {
  expect([task, stand.ends(task)]).toEqual([task, []]);
  await stand.scheduler.kill(task);
  await expectEnd(task, 'TASK_KILLED', 'Command terminated with signal Terminated');
}

(canMount ? describe : describe.skip)('an agent on a full disk (skipped without root)', () => {
  it('ends with the reason, and has every task and every end again once there is room', async () => {
    const disk = diskOf(stand.agent.workDir);
    const [now, later] = [join(stand.agent.root, 'now'), join(stand.agent.root, 'later')];
    stand.agent.start();
    await stand.run({
      stays: 'sleep 1000',
      writes: 'while :; do echo more; sleep 0.05; done',
      'ends-now': waitsFor(now),
      'ends-later': waitsFor(later),
    });
    const agents = await stand.agentIds();
    disk.fill();
    writeFileSync(now, '');
    // Small changes may still fit in a block that is there.
    const late = await launchUntilItEnds();
    expect([await stand.agent.status(), stand.lastWords()]).toEqual([
      1,
      expect.stringMatching(
        /^meseta stops: the checkpoint could not be written: .*No space left on device\. Tasks go on; start the agent again once the cause is gone$/,
      ),
    ]);
    writeFileSync(later, '');
    await eventually('an end without an agent', () => stand.processes('ends-later').length === 0);
    stand.agent.start();
    expect([await stand.agent.status(), stand.lastWords()]).toEqual([
      1,
      expect.stringMatching(
        /^meseta: cannot open the state in .*(ENOSPC|No space left).* Make room on its disk/,
      ),
    ]);
    disk.free();
    stand.agent.start();
    await expectEnd('ends-now', 'TASK_FAILED', 'Command exited with status 3');
    await expectEnd('ends-later', 'TASK_FAILED', 'Command exited with status 3');
    expect(await stand.agentIds()).toEqual(agents);
    for (const task of ['stays', 'writes']) await expectKill(task);
    // Each is known as running, or has the one end that fits how far it came.
    for (const task of late) await stand.scheduler.kill(task);
    for (const task of late) {
      const { state } = await stand.end(task);
      expect(['TASK_KILLED', 'TASK_FAILED', 'TASK_LOST']).toContain(state);
    }
    await stand.run({ fresh: 'sleep 1000' });
    await expectKill('fresh');
  });

  async function launchUntilItEnds(): Promise<string[]> {
    const names: string[] = [];
    while (names.length < 50 && stand.agent.isRunning) {
      const name = `late-${names.length}`;
      names.push(name);
      const launched = stand.launch({ [name]: 'sleep 1000' });
      await Promise.race([launched, stand.agent.status()]).catch(() => undefined);
    }
    return names;
  }

  const FINISHED = ['TASK_FINISHED', undefined, 'Command exited with status 0'] as const;
  const REFUSED = [
    'TASK_FAILED',
    'REASON_CONTAINER_LAUNCH_FAILED',
    'Failed to launch container: ENOSPC',
  ] as const;
  it.each([
    { folder: 'slaves', room: 'bytes', end: FINISHED },
    { folder: 'slaves', room: 'names', end: REFUSED },
    { folder: 'run', room: 'bytes', end: REFUSED },
    { folder: 'run', room: 'names', end: REFUSED },
  ] as const)(
    'whose $folder have no room for $room says of a launch $end.0, and goes on',
    async ({ folder, room, end }) => {
      const disk = diskOf(join(stand.agent.workDir, folder));
      const go = join(stand.agent.root, 'go');
      stand.agent.start();
      await stand.run({ stays: 'sleep 1000', ends: waitsFor(go) });
      if (room === 'bytes') disk.fill();
      else disk.fillNames();
      await stand.launch({ late: 'echo more; exit 0' });
      await expectEnd('late', end[0], end[2], end[1]);
      writeFileSync(go, '');
      await expectEnd('ends', 'TASK_FAILED', 'Command exited with status 3');
      await expectKill('stays');
      disk.free();
      await stand.run({ fresh: 'sleep 1000' });
      await expectKill('fresh');
      expect(stand.agent.isRunning).toBe(true);
    },
  );
});

test('a task that fills its disk is ended for that, and others go on', async () => {
  const isolation = '--isolation=posix/cpu,posix/mem,disk/du';
  stand.agent.start(isolation, '--enforce_container_disk_quota', '--container_disk_watch_interval=100ms');
  await stand.run(
    { stays: 'sleep 1000', fills: 'head -c 20000000 /dev/zero > big; sleep 1000' },
    { disk: 8 },
  );
  await expectEnd(
    'fills',
    'TASK_FAILED',
    /Disk usage \(19536KB\) exceeds quota \(8MB\)/,
    'REASON_CONTAINER_LIMITATION_DISK',
  );
  await expectKill('stays');
});
