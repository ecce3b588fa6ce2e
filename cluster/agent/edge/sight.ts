/** The view of a principal: the agent's state without the frameworks, executors and tasks it may not view. */

import type { Acls } from '../../model/acls';
import { isAllowed, thing } from '../../model/authorizer';
import type { Principal } from '../../model/principal';
import type { AgentFramework, AgentState, Executor } from '../core/state';

/** The state as a principal sees it; without ACLs it is the same. */
export function agentSeenBy(
  state: AgentState,
  acls: Acls | undefined,
  sender: Principal | undefined,
): AgentState {
  if (!acls) return state;
  const seen = (frameworks: ReadonlyMap<string, AgentFramework>): Map<string, AgentFramework> =>
    new Map(
      [...frameworks]
        .filter(([, { info }]) => isAllowed(acls, 'view_frameworks', sender, thing(info.user)))
        .map(([id, framework]) => [id, shown(acls, sender, framework)]),
    );
  return {
    ...state,
    frameworks: seen(state.frameworks),
    completedFrameworks: seen(state.completedFrameworks),
  };
}

function shown(acls: Acls, sender: Principal | undefined, framework: AgentFramework): AgentFramework {
  const userOf = (user: string | undefined): string => user ?? framework.info.user;
  const seesTask = (user: string | undefined): boolean =>
    isAllowed(acls, 'view_tasks', sender, thing(userOf(user)));
  const seesExecutor = ({ info }: Executor): boolean =>
    isAllowed(acls, 'view_executors', sender, thing(userOf(info.command?.user)));
  const shownTasks = (executor: Executor): Executor => ({
    ...executor,
    tasks: new Map([...executor.tasks].filter(([, { info }]) => seesTask(info.command?.user))),
    queued: new Map([...executor.queued].filter(([, info]) => seesTask(info.command?.user))),
    completedTasks: executor.completedTasks.filter(({ info }) => seesTask(info.command?.user)),
  });
  const executors = [...framework.executors.values()].filter(seesExecutor).map(shownTasks);
  return {
    ...framework,
    executors: new Map(executors.map((executor) => [executor.id, executor])),
    completedExecutors: framework.completedExecutors.filter(seesExecutor).map(shownTasks),
  };
}
