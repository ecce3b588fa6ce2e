/**
 * More processes on the same sockets: does each of them add what one answers? Every process has the same share of a core, so
 * that few cores are enough to tell.
 */

import { join } from 'node:path';
import { startPaperMaster } from './cluster';
import { pause, ready, runLoad, writeQuestions } from './load';
import { processesOf, startOurs } from './servers';
import { limitEach } from './share';

const COUNTS = [1, 2, 4];
const SHARE = 0.2;
const NAMES = 100;

export async function benchScaling(
  folder: string,
  seconds: number,
  print: (text: string) => void,
): Promise<void> {
  const master = await startPaperMaster({ tasks: NAMES, perName: 1 }, { stream: false });
  const names = Array.from({ length: NAMES }, (_, number) => `svc-${number}.marathon.mesos`);
  const questions = join(folder, 'scaling');
  writeQuestions(
    questions,
    names.map((name) => [name, 'A']),
  );
  print(`\nProcesses on the same sockets, each with ${SHARE} of a core:`);
  let single: number | undefined;
  for (const processes of COUNTS) {
    const qps = await measured(processes, master.port, questions, names[0] ?? '', seconds);
    if (qps === undefined) {
      print('  not measured: no control groups to limit processes with');
      break;
    }
    single ??= qps;
    print(
      `  ${processes}: ${qps.toFixed(0).padStart(7)} q/s, ${(qps / single).toFixed(2)} times one process`,
    );
  }
  await master.stop();
}

async function measured(
  processes: number,
  master: number,
  questions: string,
  name: string,
  seconds: number,
): Promise<number | undefined> {
  const server = await startOurs({ master, processes });
  await ready([server], name);
  // The processes beside the first one get the zone a moment later.
  await pause(1000);
  // What is hot is compiled before the limit counts.
  await runLoad(server, questions, seconds);
  const free = limitEach(processesOf(server.pid), SHARE);
  const qps = free && (await runLoad(server, questions, seconds)).qps;
  await server.stop();
  free?.();
  return qps;
}
