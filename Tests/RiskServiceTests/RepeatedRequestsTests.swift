import RiskWire
import Testing

@testable import RiskService

@Suite struct RepeatedRequestsTests {
    private let key = RepeatedRequests.Key(caller: "billing", requestID: [1, 2, 3])

    private func make(capacity: Int = 10, forgotten: Counter = Counter()) -> RepeatedRequests {
        RepeatedRequests(windowMs: 600_000, capacity: capacity, forgotten: forgotten)
    }

    private func isNew(_ verdict: RepeatedRequests.Verdict) -> Bool {
        if case .new = verdict { true } else { false }
    }

    @Test func theSecondSendingGetsTheFirstAnswer() {
        let repeated = make()
        #expect(isNew(repeated.begin(key, content: 7, nowMs: 0)))
        repeated.finish(key, with: .feedback(commitSequence: 42))
        guard case .answered(.feedback(42)) = repeated.begin(key, content: 7, nowMs: 599_999) else {
            Issue.record("expected the stored answer")
            return
        }
    }

    @Test func otherContentUnderTheSameIDIsRefused() {
        let repeated = make()
        _ = repeated.begin(key, content: 7, nowMs: 0)
        repeated.finish(key, with: .feedback(commitSequence: 42))
        guard case .refused(let error) = repeated.begin(key, content: 8, nowMs: 1) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(error.code == .alreadyExists)
    }

    @Test func aRequestInProgressIsToBeSentAgain() {
        let repeated = make()
        _ = repeated.begin(key, content: 7, nowMs: 0)
        guard case .refused(let error) = repeated.begin(key, content: 7, nowMs: 1) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(error.code == .aborted)
        repeated.abandon(key)
        #expect(isNew(repeated.begin(key, content: 9, nowMs: 2)))
    }

    @Test func callersAreKeptApartAndTimeEndsIt() {
        let repeated = make()
        _ = repeated.begin(key, content: 7, nowMs: 0)
        repeated.finish(key, with: .feedback(commitSequence: 1))
        let other = RepeatedRequests.Key(caller: "signup", requestID: [1, 2, 3])
        #expect(isNew(repeated.begin(other, content: 8, nowMs: 0)))
        #expect(isNew(repeated.begin(key, content: 8, nowMs: 600_000)))
    }

    @Test func memoryIsBounded() {
        let forgotten = Counter()
        let repeated = make(capacity: 100, forgotten: forgotten)
        for index in 0..<1000 {
            let key = RepeatedRequests.Key(caller: "", requestID: [UInt8(index & 255), UInt8(index >> 8)])
            #expect(isNew(repeated.begin(key, content: index, nowMs: 0)))
            repeated.finish(key, with: .feedback(commitSequence: 1))
        }
        #expect(forgotten.current == 900)
    }

    /// An answer that outlived its entry must not come back under a later request of the same id.
    @Test func aForgottenEntryDoesNotTakeItsSuccessorAlong() {
        let repeated = make()
        _ = repeated.begin(key, content: 7, nowMs: 0)
        repeated.abandon(key)
        _ = repeated.begin(key, content: 8, nowMs: 500_000)
        repeated.finish(key, with: .feedback(commitSequence: 2))
        guard case .answered(.feedback(2)) = repeated.begin(key, content: 8, nowMs: 700_000) else {
            Issue.record("the successor's time is not over yet")
            return
        }
    }
}
