/**
 * Commands and containers without the values of their secrets, as pages and streams show them.
 *
 * Always true: a reference stays, since it tells no value; what has no value comes back as the same object.
 */

/** The parts of messages of the wire that are looked at. */
interface WireSecret {
  readonly value?: object | undefined;
}

interface WireCommand {
  readonly environment?:
    | { readonly variables?: readonly { readonly secret?: WireSecret | undefined }[] | undefined }
    | undefined;
}

interface WireImage {
  readonly docker?: { readonly config?: WireSecret | undefined } | undefined;
}

interface WireContainer {
  readonly volumes?:
    | readonly {
        readonly source?: { readonly secret?: WireSecret | undefined } | undefined;
        readonly image?: WireImage | undefined;
      }[]
    | undefined;
  readonly mesos?: { readonly image?: WireImage | undefined } | undefined;
}

interface WireExecutor {
  readonly command?: WireCommand | undefined;
  readonly container?: WireContainer | undefined;
}

interface WireTask {
  readonly container?: WireContainer | undefined;
  readonly health_check?: { readonly command?: WireCommand | undefined } | undefined;
}

export function hideCommandSecrets<C extends WireCommand>(command: C): C {
  const variables = command.environment?.variables ?? [];
  if (!variables.some(({ secret }) => hasValue(secret))) return command;
  const hidden = variables.map((variable) => ({ ...variable, secret: hide(variable.secret) }));
  return { ...command, environment: { ...command.environment, variables: hidden } };
}

export function hideContainerSecrets<C extends WireContainer>(container: C): C {
  const { volumes = [], mesos } = container;
  const hasVolume = volumes.some(({ source, image }) => hasValue(source?.secret) || ofImage(image));
  if (!hasVolume && !ofImage(mesos?.image)) return container;
  return {
    ...container,
    ...(hasVolume && { volumes: volumes.map(hideVolume) }),
    ...(mesos?.image && { mesos: { ...mesos, image: hideImage(mesos.image) } }),
  };
}

export function hideExecutorSecrets<E extends WireExecutor>(executor: E): E {
  const command = executor.command && hideCommandSecrets(executor.command);
  const container = executor.container && hideContainerSecrets(executor.container);
  if (command === executor.command && container === executor.container) return executor;
  return { ...executor, command, container };
}

export function hideTaskSecrets<T extends WireTask>(task: T): T {
  const container = task.container && hideContainerSecrets(task.container);
  const check = task.health_check;
  const command = check?.command && hideCommandSecrets(check.command);
  if (container === task.container && command === check?.command) return task;
  return { ...task, container, ...(check && { health_check: { ...check, command } }) };
}

function hasValue(secret: WireSecret | undefined): boolean {
  return secret?.value !== undefined;
}

function ofImage(image: WireImage | undefined): boolean {
  return hasValue(image?.docker?.config);
}

function hide<S extends WireSecret>(secret: S | undefined): S | undefined {
  return secret && { ...secret, value: undefined };
}

function hideVolume<V extends NonNullable<WireContainer['volumes']>[number]>(volume: V): V {
  const { source, image } = volume;
  return {
    ...volume,
    ...(source?.secret && { source: { ...source, secret: hide(source.secret) } }),
    ...(image && { image: hideImage(image) }),
  };
}

function hideImage<I extends WireImage>(image: I): I {
  const { docker } = image;
  return docker?.config ? { ...image, docker: { ...docker, config: hide(docker.config) } } : image;
}
