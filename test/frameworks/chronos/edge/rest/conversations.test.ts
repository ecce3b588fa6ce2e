/**
 * Scripted HTTP conversations. A line is a request such as `PUT /v1/scheduler/job/a`, perhaps with a body; `BOTH` sends it
 * to both bases, which must answer the same. Other lines are commands of the world: tasks end, time passes.
 */

import { join } from 'node:path';
import type { TaskState } from '../../../../../cluster/model/task-state';
import { type LateInterpreter, runScripts } from '../../../../scripts/run';
import { RestWorld } from '../../rest-world';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'BOTH'];
const opened: RestWorld[] = [];

afterAll(() => Promise.all(opened.map((rest) => rest.close())));

async function answerLines(rest: RestWorld, line: string): Promise<readonly string[]> {
  const [, method = '', path = '', body] = /^(\S+) (\S+)(?: (.*))?$/.exec(line) ?? [];
  const { status, headers, text } = await rest.send(method, path, body);
  const warning = headers.get('warning');
  const type = text === '' ? 'empty' : (headers.get('content-type') ?? 'without a type');
  return [
    `${status} ${type}`,
    ...(warning === null ? [] : [`warning: ${warning}`]),
    ...(text === '' ? [] : text.trimEnd().split('\n')),
  ];
}

function player(): LateInterpreter {
  let rest: RestWorld | undefined;
  return async (words, line) => {
    rest ??= await RestWorld.open();
    opened.push(rest);
    const [command = '', ...parts] = words;
    if (!METHODS.includes(command)) return obey(rest, command, parts);
    if (command !== 'BOTH') return answerLines(rest, line);
    const [, method, path, body = ''] = /^BOTH (\S+) (\S+)(?: (.*))?$/.exec(line) ?? [];
    const [v1, legacy] = [
      await answerLines(rest, `${method} /v1/scheduler${path} ${body}`.trimEnd()),
      await answerLines(rest, `${method} /scheduler${path} ${body}`.trimEnd()),
    ];
    if (JSON.stringify(v1) === JSON.stringify(legacy)) return v1;
    return [...v1, ...legacy];
  };
}

function obey({ world }: RestWorld, command: string, [name = '', state]: readonly string[]): string[] {
  const before = world.log.length;
  switch (command) {
    case 'place':
      world.place();
      break;
    case 'start':
      for (const taskId of world.tasks(name)) world.update(taskId, 'TASK_RUNNING');
      break;
    case 'end':
      world.end(name, (state ?? 'TASK_FINISHED') as TaskState);
      break;
    case 'advance':
      world.advance(Number(name) * 1000);
      break;
    default:
      throw new Error(`no command ${command}`);
  }
  return world.log.slice(before);
}

runScripts(join(__dirname, 'conversations'), player);
