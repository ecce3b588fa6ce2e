/** Filters the agent's state by what a principal may view: frameworks, executors and tasks. */

import type { Acls } from '../../model/acls';
import { isAllowed, thing } from '../../model/authorizer';
import type { Principal } from '../../model/principal';
import type { AgentFramework, AgentState, Executor } from '../core/state/state';

/** The part of the state that a principal may view; without ACLs it is all of it. */
export function filterState(
  state: AgentState,
  acls: Acls | undefined,
  sender: Principal | undefined,
): AgentState {
  if (!acls) return state;
  const filter = (frameworks: ReadonlyMap<string, AgentFramework>): Map<string, AgentFramework> =>
    new Map(
      [...frameworks]
        .filter(([, { info }]) => isAllowed(acls, 'view_frameworks', sender, thing(info.user)))
        .map(([id, framework]) => [id, filterFramework(acls, sender, framework)]),
    );
  return {
    ...state,
    frameworks: filter(state.frameworks),
    completedFrameworks: filter(state.completedFrameworks),
  };
}

function filterFramework(
  acls: Acls,
  sender: Principal | undefined,
  framework: AgentFramework,
): AgentFramework {
  const userOf = (user: string | undefined): string => user ?? framework.info.user;
  const mayViewTask = (user: string | undefined): boolean =>
    isAllowed(acls, 'view_tasks', sender, thing(userOf(user)));
  const mayViewExecutor = ({ info }: Executor): boolean =>
    isAllowed(acls, 'view_executors', sender, thing(userOf(info.command?.user)));
  const filterTasks = (executor: Executor): Executor => ({
    ...executor,
    tasks: new Map([...executor.tasks].filter(([, { info }]) => mayViewTask(info.command?.user))),
    queued: new Map([...executor.queued].filter(([, info]) => mayViewTask(info.command?.user))),
    completedTasks: executor.completedTasks.filter(({ info }) => mayViewTask(info.command?.user)),
  });
  const executors = [...framework.executors.values()].filter(mayViewExecutor).map(filterTasks);
  return {
    ...framework,
    executors: new Map(executors.map((executor) => [executor.id, executor])),
    completedExecutors: framework.completedExecutors.filter(mayViewExecutor).map(filterTasks),
  };
}
