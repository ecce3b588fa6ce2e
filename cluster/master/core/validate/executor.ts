/**
 * Errors in the executor of a launch, in Mesos' words and order (Mesos 1.11
 * src/master/validation.cpp, namespace executor).
 */

import type * as mesos from '../../../api/generated/mesos';
import { commandInfoError, containerInfoError } from '../../../model/command-errors';
import { idError } from '../../../model/ids';
import {
  inside,
  persistenceIdError,
  resourcesError,
  revocableMixError,
  singleRoleError,
} from '../../../model/resource-errors';
import type { ParsedExecutor } from '../read/task';
import { executorKey } from '../state/keys';
import type { Agent, Framework } from '../state/state';
import { isSameExecutor } from './same-executor';

/** The first error in an executor, or undefined. */
export function executorError(
  executor: ParsedExecutor,
  { framework, agent }: { framework: Framework; agent: Agent },
): string | undefined {
  return (
    infoOfExecutorError(executor.info) ??
    frameworkError(executor.info, framework) ??
    executorResourcesError(executor) ??
    sameError(executor, framework, agent)
  );
}

/** The first error in an executor apart from its resources and its framework. */
export function infoOfExecutorError(executor: mesos.ExecutorInfo): string | undefined {
  return (
    typeError(executor) ??
    idError(executor.executor_id.value) ??
    graceError(executor) ??
    inside("Executor's `CommandInfo` is invalid", commandInfoError(executor.command)) ??
    inside("Executor's `ContainerInfo` is invalid", containerInfoError(executor.container))
  );
}

function typeError({ type, command, container }: mesos.ExecutorInfo): string | undefined {
  if (type === 'CUSTOM' && !command) return "'ExecutorInfo.command' must be set for 'CUSTOM' executor";
  if (type !== 'DEFAULT') return undefined;
  if (command) return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
  if (container && container.type !== 'MESOS')
    return "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor";
  return container?.mesos?.image
    ? "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor"
    : undefined;
}

function graceError({ shutdown_grace_period: grace }: mesos.ExecutorInfo): string | undefined {
  const isNegative = (grace?.nanoseconds ?? 0) < 0;
  return isNegative ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative" : undefined;
}

function frameworkError({ framework_id }: mesos.ExecutorInfo, framework: Framework): string | undefined {
  if (!framework_id) return "'ExecutorInfo.framework_id' must be set";
  if (framework_id.value === framework.id) return undefined;
  return `ExecutorInfo has an invalid FrameworkID (Actual: ${framework_id.value} vs Expected: ${framework.id})`;
}

function executorResourcesError({ info, resources }: ParsedExecutor): string | undefined {
  return (
    inside('Executor uses invalid resources', resourcesError(info.resources, resources)) ??
    inside('Executor uses duplicate persistence ID', persistenceIdError(resources)) ??
    inside('Invalid executor resources', singleRoleError(resources)) ??
    inside('Executor mixes revocable and non-revocable resources', revocableMixError(resources))
  );
}

const RULE = `${'-'.repeat(60)}\n`;

function sameError(executor: ParsedExecutor, framework: Framework, agent: Agent): string | undefined {
  const existing = agent.executors.get(executorKey(framework.id, executor.id));
  if (!existing) return undefined;
  if (isSameExecutor({ info: existing.info, resources: existing.allocated }, executor)) return undefined;
  return (
    `ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n${RULE}` +
    `Existing ExecutorInfo:\n${print(existing.info)}\n${RULE}ExecutorInfo:\n${print(executor.info)}\n${RULE}`
  );
}

function print(executor: mesos.ExecutorInfo): string {
  return JSON.stringify(executor, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
