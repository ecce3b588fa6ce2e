/** `meseta pod create|update|scale|kill|remove`: changes of pods, which may be followed to the end of their deployments. */

import { toggle, UsageError } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Api } from '../api';
import { type Command, flagCommand, type Terminal } from '../command';
import { watchChange, watchFlag } from '../deployment-watch';
import { json, marathonFlags, withMarathon } from '../marathon-api';
import { printJson } from '../print';
import { exactId } from '../resolve';
import { readDefinition, unknownFlag } from './definition-file';
import { findPod, hasPod, type PodView, podPath } from './pod-views';

const changeFlags = {
  ...marathonFlags,
  json,
  force: toggle({ help: 'override a running deployment', fallback: false }),
  ...watchFlag,
};

const fileFlags = { ...changeFlags, ...unknownFlag };

interface ChangeFlags {
  readonly json: boolean;
  readonly force: boolean;
  readonly watch: boolean;
}

interface PodChange {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** The sentence for people. */
  readonly words: string;
}

async function perform(api: Api, change: PodChange, flags: ChangeFlags, terminal: Terminal): Promise<number> {
  const { method, path, body, words } = change;
  const text = body === undefined ? undefined : JSON.stringify(body);
  await watchChange(api, flags, terminal, async () => {
    const answer = await api.answer(method, `${path}?force=${flags.force}`, text);
    const deploymentId = String(answer.headers['marathon-deployment-id'] ?? '');
    const pod = answer.body.toString('utf8');
    const result: unknown = pod === '' ? { deploymentId } : JSON.parse(pod);
    terminal.out(flags.json ? printJson(result) : `${words}\n`);
    return deploymentId === '' ? [] : [deploymentId];
  });
  return 0;
}

/** A command that sends the pod in a file; `planOf` chooses the request and may read from Marathon before. */
function fileCommand(planOf: (api: Api, id: string) => Promise<Pick<PodChange, 'method' | 'path'>>): Command {
  return flagCommand({
    flags: fileFlags,
    positionals: ['file'],
    run: ({ flags, positionals: [file = ''] }, terminal) => {
      const { id, body } = readDefinition(file, 'pod', flags);
      return withMarathon(flags, async (api) => {
        const change = { body, words: `${id} is being deployed` };
        return await perform(api, { ...change, ...(await planOf(api, id)) }, flags, terminal);
      });
    },
  });
}

export const create = fileCommand(async () => ({ method: 'POST', path: '/v2/pods' }));

export const update = fileCommand(async (api, id) => {
  if (!(await hasPod(api, id)))
    throw new StartError(`Pod ${id} does not exist. 'meseta pod create' creates it.`);
  return { method: 'PUT', path: podPath(id) };
});

export const scale = flagCommand({
  flags: changeFlags,
  positionals: ['pod', 'instances'],
  run: ({ flags, positionals: [word = '', count = ''] }, terminal) => {
    if (!/^\d+$/.test(count))
      throw new UsageError(`"${count}" is not a number of instances; give a whole number from 0`);
    return withMarathon(flags, async (api) => {
      const path = podPath(await findPod(api, word));
      const pod = (await api.json('GET', path)) as PodView;
      const body = { ...pod, scaling: { ...pod.scaling, instances: Number(count) } };
      const words = `${pod.id} is being scaled to ${count}`;
      return await perform(api, { method: 'PUT', path, body, words }, flags, terminal);
    });
  },
});

export const remove = flagCommand({
  flags: changeFlags,
  positionals: ['pod'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withMarathon(flags, async (api) => {
      const id = await findPod(api, word, exactId);
      const change: PodChange = { method: 'DELETE', path: podPath(id), words: `${id} is being removed` };
      return await perform(api, change, flags, terminal);
    }),
});

export const kill = flagCommand({
  flags: {
    ...marathonFlags,
    json,
    wipe: toggle({ help: 'let a new instance take its place, with a new id', fallback: false }),
  },
  positionals: ['pod', 'instances...'],
  run: ({ flags, positionals: [word = '', ...instances] }, terminal) =>
    withMarathon(flags, async (api) => {
      const path = podPath(await findPod(api, word));
      const answer = await api.json('DELETE', `${path}::instances?wipe=${flags.wipe}`, instances);
      const killed = answer as readonly { readonly instanceId: string }[];
      const ids = killed.map(({ instanceId }) => instanceId);
      terminal.out(flags.json ? printJson(killed) : ids.map((id) => `${id} is being killed\n`).join(''));
      const missing = instances.filter((id) => !ids.includes(id));
      if (missing.length === 0) return 0;
      throw new StartError(
        `The pod has no instance ${missing.join(', ')}. 'meseta pod status ${word}' shows them.`,
      );
    }),
});
