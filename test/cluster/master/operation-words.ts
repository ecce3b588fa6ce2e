/**
 * Operations in one word for master scripts: `RESERVE=disk(web):100`, `CREATE=disk(web)[v1]:100`,
 * `LAUNCH=t1/cpus:1`, `GROUP=e1/t1/cpus:1`, with `id@` in front for feedback. In brackets behind the name
 * stands the role of a dynamic reservation (`a>a/b` for a refined one, `!a` for a static one), in square ones
 * a persistent volume's id (`v1!` for a shared one, `v1@logs` for one that is mounted at `logs`); `{REV}`
 * comes last and says that it can be revoked.
 */

import type { ExecutorInfo, Offer, Resource, TaskInfo } from '../../../cluster/api/generated/mesos';

/** `cpus:1;disk(web)[v1]:100` */
export function readWords(text: string): Resource[] {
  return text
    .split(';')
    .filter((part) => part !== '')
    .map(readWord);
}

function readWord(word: string): Resource {
  const match = /^(\w+)(?:\(([^)]*)\))?(?:\[([^\]]*)\])?(\{REV\})?:(.*)$/.exec(word);
  if (!match) throw new Error(`no resource: ${word}`);
  const [, name = '', roles, volume, revocable, value = ''] = match;
  const [begin = 0, end = 0] = value.split('-').map(Number);
  const amount: Pick<Resource, 'type' | 'ranges' | 'scalar'> =
    name === 'ports'
      ? { type: 'RANGES', ranges: { range: [{ begin, end }] } }
      : { type: 'SCALAR', scalar: { value: Number(value) } };
  const reservations = roles?.split('>').map((role) => ({
    type: role.startsWith('!') ? ('STATIC' as const) : ('DYNAMIC' as const),
    role: role.replace('!', ''),
  }));
  const [id, container_path = 'data'] = volume?.replace('!', '').split('@') ?? [];
  return {
    name,
    ...amount,
    ...(reservations && { reservations }),
    ...(id !== undefined && {
      disk: { persistence: { id }, volume: { container_path, mode: 'RW' as const } },
    }),
    ...(volume?.endsWith('!') && { shared: {} }),
    ...(revocable !== undefined && { revocable: {} }),
  };
}

function task(id: string, agentId: string, text: string, executor?: ExecutorInfo): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: readWords(text),
    ...(executor ? { executor } : { command: { value: 'sleep 1000' } }),
  };
}

/** An executor of the framework's own, with a tenth of a CPU and 32 MB. */
function executorOf(id: string, extra: Partial<ExecutorInfo>): ExecutorInfo {
  return { executor_id: { value: id }, resources: readWords('cpus:0.1;mem:32;disk:1'), ...extra };
}

/** One operation of an ACCEPT from its word. */
export function readOperation(word: string, agentId: string, frameworkId: string): Offer.Operation {
  const [, id, type = '', text = ''] = /^(?:(\w+)@)?(\w+)=(.*)$/.exec(word) ?? [];
  return { ...(id !== undefined && { id: { value: id } }), ...operationOf(type, text, agentId, frameworkId) };
}

/** `disk(db)[v1]:100+50` */
function resize(text: string): { volume: Resource; change: number } {
  const [, word = '', change] = /^(.*)[+-](\d+)$/.exec(text) ?? [];
  return { volume: readWord(word), change: Number(change) };
}

function operationOf(type: string, text: string, agentId: string, frameworkId: string): Offer.Operation {
  const [left = '', right = ''] = text.split('/');
  switch (type) {
    case 'RESERVE':
      return { type, reserve: { resources: readWords(text) } };
    case 'UNRESERVE':
      return { type, unreserve: { resources: readWords(text) } };
    case 'CREATE':
      return { type, create: { volumes: readWords(text) } };
    case 'DESTROY':
      return { type, destroy: { volumes: readWords(text) } };
    case 'GROW_VOLUME': {
      const { volume, change } = resize(text);
      const { disk: _disk, ...plain } = volume;
      return { type, grow_volume: { volume, addition: { ...plain, scalar: { value: change } } } };
    }
    case 'SHRINK_VOLUME': {
      const { volume, change } = resize(text);
      return { type, shrink_volume: { volume, subtract: { value: change } } };
    }
    case 'LAUNCH':
      return { type, launch: { task_infos: [task(left, agentId, right)] } };
    case 'CUSTOM': {
      const [executorId = '', taskId = '', words = ''] = text.split('/');
      const executor = executorOf(executorId, { command: { value: './run' } });
      return { type: 'LAUNCH', launch: { task_infos: [task(taskId, agentId, words, executor)] } };
    }
    case 'GROUP': {
      const [executorId = '', ...tasks] = text.split('/');
      const framework_id = { value: frameworkId };
      const executor = executorOf(executorId, { type: 'DEFAULT', framework_id });
      const infos = tasks.map((one) => {
        const [id = '', words = ''] = one.split('~');
        return task(id, agentId, words, executor);
      });
      const plain = infos.map(({ executor: _executor, ...info }) => info);
      return { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks: plain } } };
    }
    default:
      throw new Error(`no operation ${type}`);
  }
}
