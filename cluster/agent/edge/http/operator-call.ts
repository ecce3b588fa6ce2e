/**
 * The error in a call of the v1 operator API, in the words of the original (Mesos 1.11 src/slave/validation.cpp).
 */

import type { Call, ProcessIO } from '../../../api/generated/agent';
import type * as mesos from '../../../api/generated/mesos';
import { commandInfoError, containerInfoError } from '../../../model/command-errors';
import { idError } from '../../../model/ids';
import { formError, gpusError } from '../../../model/resource-errors';

/** Longer ids would make paths of control groups and sandboxes that are too long. */
const ID_MAX_LENGTH = 242;

/** Calls with a part of their own, which is required. */
const WITH_PART =
  /^(GET_METRICS|SET_LOGGING_LEVEL|LIST_FILES|READ_FILE|(LAUNCH|WAIT|KILL|REMOVE|ATTACH|ADD|UPDATE|MARK)_.*)$/;

/** Calls about containers in others. */
const NESTED = /_NESTED_/;

type Parts = Readonly<Record<string, unknown>>;

export function operatorCallError(call: Call): string | undefined {
  const { type } = call;
  if (type === undefined) return "Expecting 'type' to be present";
  const name = type.toLowerCase();
  const part = (call as Parts)[name];
  if (WITH_PART.test(type) && part === undefined) return `Expecting '${name}' to be present`;
  return (
    containerCallError(type, name, part as ContainerPart | undefined) ??
    launchError(call) ??
    providerError(call, name)
  );
}

type ContainerPart = { readonly container_id?: mesos.ContainerID; readonly type?: string } & Pick<
  Call.LaunchContainer,
  'command' | 'container'
>;

function containerCallError(type: Call.Type, name: string, part: ContainerPart | undefined) {
  if (type === 'ATTACH_CONTAINER_INPUT') return inputError(part);
  if (part?.container_id === undefined) return undefined;
  const error = containerIdError(part.container_id);
  if (error !== undefined) return `'${name}.container_id' is invalid: ${error}`;
  return NESTED.test(type) && !part.container_id.parent
    ? `Expecting '${name}.container_id.parent' to be present`
    : undefined;
}

function inputError(part: ContainerPart | undefined): string | undefined {
  const name = 'attach_container_input';
  if (part?.type === undefined) return `Expecting '${name}.type' to be present`;
  if (part.type === 'UNKNOWN') return `'${name}.type' is unknown`;
  if (part.type !== 'CONTAINER_ID') return undefined;
  const error = containerIdError(part.container_id ?? { value: '' });
  return error === undefined ? undefined : `'${name}.container_id' is invalid: ${error}`;
}

/** The error in an id. Its printed form separates the ids by dots. */
export function containerIdError({ value, parent }: mesos.ContainerID): string | undefined {
  const error = idError(value);
  if (error !== undefined) return error;
  if (value.length > ID_MAX_LENGTH)
    return `'ContainerID.value' '${value}' exceeds the maximum length (${ID_MAX_LENGTH})`;
  if (/[. ]/.test(value)) return `'ContainerID.value' '${value}' contains invalid characters`;
  const parentError = parent && containerIdError(parent);
  return parentError === undefined ? undefined : `'ContainerID.parent' is invalid: ${parentError}`;
}

function launchError(call: Call): string | undefined {
  const { launch_container: launch, launch_nested_container: nested } = call;
  const { launch_nested_container_session: session } = call;
  if (call.type === 'LAUNCH_CONTAINER' && launch)
    return resourceError(launch) ?? programError('launch_container', launch) ?? nestingError(launch);
  if (call.type === 'LAUNCH_NESTED_CONTAINER' && nested)
    return programError('launch_nested_container', nested) ?? nestedCgroupError(nested);
  if (call.type === 'LAUNCH_NESTED_CONTAINER_SESSION' && session)
    return programError('launch_nested_container_session', session) ?? sessionError(session);
  return undefined;
}

function programError(
  name: string,
  { command, container }: Pick<Call.LaunchContainer, 'command' | 'container'>,
): string | undefined {
  const commandError = commandInfoError(command);
  if (commandError !== undefined) return `'${name}.command' is invalid: ${commandError}`;
  const containerError = containerInfoError(container);
  return containerError === undefined ? undefined : `'${name}.container' is invalid: ${containerError}`;
}

function resourceError({ container_id, resources = [] }: Call.LaunchContainer): string | undefined {
  const wire = resources as Parameters<typeof formError>[0];
  const error = formError(wire);
  if (error !== undefined) return `Invalid resources: ${error}`;
  const gpuError = gpusError(wire);
  if (gpuError !== undefined) return `Invalid GPU resources: ${gpuError}`;
  return container_id.parent ? undefined : standaloneError(resources);
}

/** The master does not count the resources of standalone containers. */
function standaloneError(resources: readonly mesos.Resource[]): string | undefined {
  for (const { role = '*', reservation, reservations = [], disk, revocable } of resources) {
    if (role !== '*' || reservation || reservations.length > 0)
      return "'launch_container.resources' must be unreserved";
    if (disk?.persistence) return "'launch_container.resources' may not use persistent volumes";
    if (revocable) return "'launch_container.resources' must be non-revocable";
  }
  return undefined;
}

const TOO_DEEP = 'containers nested at the second level or greater cannot';

function nestingError({ container_id, resources = [], limits = {}, container }: Call.LaunchContainer) {
  const shares = container?.linux_info?.share_cgroups;
  const wrong = (text: string): string => `'launch_container' is invalid: ${text}`;
  if (container_id.parent?.parent) {
    if (resources.length > 0) return wrong(`${TOO_DEEP} specify resources`);
    if (Object.keys(limits).length > 0) return wrong(`${TOO_DEEP} specify resource limits`);
    if (shares === false) return wrong(`${TOO_DEEP} set 'share_cgroups' to 'false'`);
  }
  return !container_id.parent && shares === true
    ? wrong("containers without a parent cannot set 'share_cgroups' to 'true'")
    : undefined;
}

function nestedCgroupError({ container_id, container }: Call.LaunchNestedContainer): string | undefined {
  return container_id.parent?.parent && container?.linux_info?.share_cgroups === false
    ? `'launch_nested_container' is invalid: ${TOO_DEEP} set 'share_cgroups' to 'false'`
    : undefined;
}

function sessionError({ container }: Call.LaunchNestedContainerSession): string | undefined {
  return container?.linux_info?.share_cgroups === false
    ? "'launch_nested_container_session.container.linux_info' is invalid: " +
        "'share_cgroups' cannot be set to 'false' for nested container sessions"
    : undefined;
}

function providerError(call: Call, name: string): string | undefined {
  const part = call.add_resource_provider_config ?? call.update_resource_provider_config;
  return /^(ADD|UPDATE)_RESOURCE/.test(call.type ?? '') && part?.info.id
    ? `Expecting '${name}.info.id' to be unset`
    : undefined;
}

/** The error in a message of ATTACH_CONTAINER_INPUT after the first one (Mesos 1.11 io/switchboard.cpp). */
export function inputMessageError({ type = 'UNKNOWN', process_io }: Call.AttachContainerInput) {
  if (type !== 'PROCESS_IO')
    return `Expecting 'attach_container_input.type' to be 'PROCESS_IO' instead of: '${type}'`;
  if (!process_io) return "Expecting 'attach_container_input.process_io' to be present";
  return processIoError(process_io);
}

function processIoError({ type, control, data }: ProcessIO): string | undefined {
  if (type === undefined) return "Expecting 'process_io.type' to be present";
  if (type === 'UNKNOWN') return "'process_io.type' is unknown";
  return type === 'CONTROL' ? controlError(control) : dataError(data);
}

function controlError(control: ProcessIO.Control | undefined): string | undefined {
  if (!control) return "Expecting 'process_io.control' to be present";
  if (control.type === undefined) return "Expecting 'process_io.control.type' to be present";
  if (control.type === 'UNKNOWN') return "'process_io.control.type' is unknown";
  if (control.type === 'HEARTBEAT')
    return control.heartbeat ? undefined : "Expecting 'process_io.control.heartbeat' to be present";
  if (!control.tty_info) return "Expecting 'process_io.control.tty_info' to be present";
  return control.tty_info.window_size ? undefined : "Expecting 'tty_info.window_size' to be present";
}

function dataError(data: ProcessIO.Data | undefined): string | undefined {
  if (!data) return "Expecting 'process_io.data' to be present";
  if (data.type === undefined) return "Expecting 'process_io.data.type' to be present";
  if (data.type !== 'STDIN') return "Expecting 'process_io.data.type' to be 'STDIN'";
  return data.data === undefined ? "Expecting 'process_io.data.data' to be present" : undefined;
}
