/**
 * Attaches containers to networks, and detaches them: runs the steps of a network, forth and back.
 */

import { errorText } from '../../../model/error-text';
import type { CniNetwork, JsonObject } from './configuration';
import { findPlugin } from './configured-networks';
import type { ContainerFolder, Interface } from './container-folder';
import { mapPorts, unmapPorts } from './map-ports';
import { isNamespace } from './namespaces';
import { type AttachResult, failureText, readResult } from './result';
import { locked, type RunProgram, searchPath } from './run-program';
import { getsResultAtDelete, pluginEnvironment, pluginInput, type Step, stepsOf } from './steps';

export interface AttachDeps {
  readonly run: RunProgram;
  readonly pluginsDir: string;
}

/** An interface of a container. */
export interface ContainerInterface extends Interface {
  readonly containerId: string;
  readonly folder: ContainerFolder;
}

/** Attaches a container to a network. Rejects with the reason of the first plugin that fails. */
export async function attach(
  to: ContainerInterface,
  network: CniNetwork,
  deps: AttachDeps,
): Promise<AttachResult> {
  const { folder, interfaceName } = to;
  folder.keepNetwork(network, interfaceName);
  let result: AttachResult | undefined;
  for (const step of stepsOf(network)) {
    if (step.kind === 'map ports') await mapPorts(step, { ...to, result }, deps.run);
    else {
      const output = await callPlugin(to, { command: 'ADD', step, previous: result?.json }, deps);
      result = readOutput(output, step.type);
    }
  }
  if (!result) throw new Error(`The CNI network '${network.name}' has no plugin`);
  folder.keepResult(to, JSON.stringify(result.json));
  return result;
}

function readOutput(output: string, type: string): AttachResult {
  try {
    return readResult(output);
  } catch (error) {
    throw new Error(`Failed to parse the output of the CNI plugin '${type}': ${errorText(error)}`);
  }
}

/**
 * Detaches a container from a network, by the configuration that it was attached by; also after half an ADD. All steps are done
 * even if one fails; rejects with all reasons.
 */
export async function detach(from: ContainerInterface, deps: AttachDeps): Promise<void> {
  const reasons: string[] = [];
  const result = resultOf(from);
  for (const step of [...stepsOf(from.folder.network(from))].reverse()) {
    try {
      if (step.kind === 'map ports') await unmapPorts(step, from, deps.run);
      else {
        const previous = getsResultAtDelete(step.configuration) ? result?.json : undefined;
        await callPlugin(from, { command: 'DEL', step, previous }, deps);
      }
    } catch (error) {
      reasons.push(errorText(error));
    }
  }
  if (reasons.length > 0) throw new Error(reasons.join('\n'));
}

/** A result that cannot be read is as good as none. */
function resultOf(attachment: ContainerInterface): AttachResult | undefined {
  try {
    return attachment.folder.result(attachment);
  } catch {
    return undefined;
  }
}

interface Call {
  readonly command: 'ADD' | 'DEL';
  readonly step: Extract<Step, { kind: 'plugin' }>;
  readonly previous: JsonObject | undefined;
}

/** Calls a plugin, and resolves to its output. */
async function callPlugin(
  { containerId, folder, interfaceName, network }: ContainerInterface,
  { command, step, previous }: Call,
  { run, pluginsDir }: AttachDeps,
): Promise<string> {
  const [verb, preposition] = command === 'ADD' ? ['attach', 'to'] : ['detach', 'from'];
  const purpose = `${verb} container ${containerId} ${preposition} CNI network '${network}'`;
  const file = findPlugin(step.type, pluginsDir);
  if (file === undefined) throw new Error(`Unable to find the plugin ${step.type} required to ${purpose}`);
  const end = await run(
    locked(folder.lock, {
      file,
      arguments: [],
      environment: pluginEnvironment({
        command,
        containerId,
        interfaceName,
        pluginsDir,
        path: searchPath(),
        namespace: isNamespace(folder.namespace) ? folder.namespace : undefined,
      }),
      input: pluginInput(step.configuration, previous),
    }),
  );
  if (!end.succeeded) throw new Error(`The CNI plugin '${file}' failed to ${purpose}: ${failureText(end)}`);
  return end.stdout;
}
