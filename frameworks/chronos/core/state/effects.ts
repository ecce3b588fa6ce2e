/** The effects of Chronos as plain data: launches, kills, stores, answers and notices to owners. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { CommonEffect } from '../../../../cluster/model/event';
import type { CallEffect, FrameworkEffect } from '../../../kit/core/session/effects';
import type { Answer, AnswerEffect } from '../../../kit/core/turn/answer';
import type { ResignEffect, StoreEffect } from '../../../kit/core/turn/effects';
import type { Refusal } from '../jobs/refusal';
import type { Notice } from '../notify/notice';

export type ApiAnswer = Answer<{ readonly text: string }, Refusal>;

export type ChronosEffect =
  | CommonEffect
  | {
      readonly kind: 'launch';
      readonly taskId: string;
      readonly runId: string;
      readonly jobName: string;
      readonly offerId: string;
      /** Undefined where no master runs the jobs. */
      readonly task?: mesos.TaskInfo | undefined;
    }
  | { readonly kind: 'kill'; readonly taskId: string; readonly graceSeconds: number }
  | FrameworkEffect
  | CallEffect
  | StoreEffect
  | AnswerEffect<ApiAnswer>
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** Reads the last lines in a sandbox; answered by `task.output`, if there are any. */
  | { readonly kind: 'read-output'; readonly taskId: string; readonly sandbox: string }
  | ResignEffect;
