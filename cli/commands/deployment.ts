/** `meseta deployment list|show|cancel|watch`: running deployments, and what each of them waits for. */

import { toggle } from '../../cluster/runtime/config/flags';
import type { Api } from '../api';
import { flagCommand } from '../command';
import {
  type DeploymentResult,
  type DeploymentView,
  readDeployments,
  watchChange,
  watchFlag,
} from '../deployment-watch';
import { listCommand } from '../list';
import { json, type MarathonTarget, marathonFlags, withMarathon } from '../marathon-api';
import { printFacts, printJson, printTable } from '../print';
import { resolveId } from '../resolve';

const DEPLOYMENTS = { name: 'Deployment', list: 'meseta deployment list' };

/** The deployment whose id a word is or begins. */
async function findDeployment(api: Pick<Api, 'json'>, word: string): Promise<DeploymentView> {
  const deployments = await readDeployments(api);
  const id = resolveId(
    DEPLOYMENTS,
    word,
    deployments.map((each) => ({ id: each.id, names: [] })),
  );
  const deployment = deployments.find((each) => each.id === id);
  if (!deployment) throw new Error(`deployment ${id} is not in its list`);
  return deployment;
}

export const list = listCommand({
  flags: marathonFlags,
  read: (flags) => withMarathon(flags, readDeployments),
  print: (deployments) => {
    if (deployments.length === 0) return 'No deployment is running.\n';
    const rows = deployments.map(({ id, affectedApps, affectedPods = [], ...deployment }) => [
      id,
      `${deployment.currentStep}/${deployment.totalSteps}`,
      [...affectedApps, ...affectedPods].join(','),
      deployment.reason ?? '',
    ]);
    return printTable(['id', 'step', 'apps and pods', 'waits for'], rows);
  },
});

export const show = listCommand({
  flags: marathonFlags,
  positionals: ['deployment'],
  read: (flags, [word = '']) => withMarathon(flags, (api) => findDeployment(api, word)),
  print: (deployment) => {
    const { id, steps, currentStep, reason, startedAt, deadlineAt } = deployment;
    const facts: [string, string | undefined][] = [
      ['id', id],
      ['started', startedAt],
      ['deadline', deadlineAt],
      ['waits for', reason],
    ];
    const rows = steps.flatMap(({ actions }, index) =>
      actions.map(({ action, app, pod }) => [
        String(index + 1),
        stateOf(index + 1, currentStep),
        action,
        app ?? pod ?? '',
      ]),
    );
    return `${printFacts(facts, 10)}\n${printTable(['step', 'state', 'action', 'app or pod'], rows)}`;
  },
});

function stateOf(step: number, current: number): string {
  if (step < current) return 'done';
  return step === current ? 'running' : '-';
}

export const cancel = flagCommand({
  flags: {
    ...marathonFlags,
    json,
    force: toggle({
      help: 'end it where it is; without it everything is put back as it was',
      fallback: false,
    }),
    ...watchFlag,
  },
  positionals: ['deployment'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withMarathon(flags, async (api) => {
      const { id } = await findDeployment(api, word);
      await watchChange(api, flags, terminal, async () => {
        const result = (await api.json('DELETE', `/v2/deployments/${id}?force=${flags.force}`)) as
          | DeploymentResult
          | undefined;
        const words = result ? `${id} is being taken back` : `${id} has ended where it was`;
        terminal.out(flags.json ? printJson(result ?? {}) : `${words}\n`);
        return result ? [result.deploymentId] : [];
      });
      return 0;
    }),
});

export const watch = flagCommand({
  flags: { ...marathonFlags, json },
  positionals: ['deployment'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withMarathon(flags as MarathonTarget, async (api) => {
      const lines = { err: (line: string) => (flags.json ? undefined : terminal.out(line)) };
      let id = '';
      await watchChange(api, { watch: true }, lines, async () => {
        id = (await findDeployment(api, word)).id;
        return [id];
      });
      if (flags.json) terminal.out(printJson({ id, ended: true }));
      return 0;
    }),
});
