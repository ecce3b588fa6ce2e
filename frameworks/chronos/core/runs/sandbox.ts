/** The page of a task's sandbox at its agent. */

export interface SandboxPlace {
  /** `http://HOST:PORT` of the agent. */
  readonly agentUrl: string | undefined;
  readonly frameworkId: string | undefined;
  /** That of a command task is its task id. */
  readonly executorId: string;
}

/**
 * The address by which the agent shows a sandbox while the executor runs, and afterwards until it is collected. Its path
 * is the virtual one of `getExecutorVirtualPath` in Mesos' `slave/paths.cpp`, so it can be told at the launch.
 */
export function sandboxPage({ agentUrl, frameworkId, executorId }: SandboxPlace): string | undefined {
  if (agentUrl === undefined || frameworkId === undefined) return undefined;
  const path = `/frameworks/${frameworkId}/executors/${executorId}/runs/latest`;
  return `${agentUrl}/files/browse?path=${encodeURIComponent(path)}`;
}
