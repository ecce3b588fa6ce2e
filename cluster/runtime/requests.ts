/**
 * Requests that wait for the answer of a machine, by the number that the event and the answering effect carry.
 *
 * Always true: a request is answered once at most.
 */

export class Requests<Answer> {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private next = 0;

  /** `waitingMax` requests may wait at once; further ones fail. */
  constructor(private readonly waitingMax = Number.POSITIVE_INFINITY) {}

  /** Takes the number of a new request; `answered` gets its answer. */
  add(answered: (answer: Answer) => void): number {
    if (this.waiting.size >= this.waitingMax) throw new Error('too many requests are waiting');
    const request = this.next++;
    this.waiting.set(request, answered);
    return request;
  }

  /** Hands over the answer to the request of this number; one that nobody waits for is dropped. */
  answer(request: number, answer: Answer): void {
    const answered = this.waiting.get(request);
    this.waiting.delete(request);
    answered?.(answer);
  }

  /** Gives all requests that wait the same answer, such as a failure. */
  answerAll(answer: Answer): void {
    for (const request of [...this.waiting.keys()]) this.answer(request, answer);
  }
}
