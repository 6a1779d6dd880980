import Synchronization
import Testing

@testable import RiskTraining

@Suite struct WorkerTeamTests {
    @Test func everyItemIsDoneOnceInManyShortJobs() {
        for threads in 1...4 {
            let team = WorkerTeam(threads: threads)
            for job in 0..<2000 {
                let count = job % 7
                #expect(team.map(count) { $0 * job } == (0..<count).map { $0 * job })
            }
        }
    }

    @Test func sleepersWakeUp() {
        let team = WorkerTeam(threads: 3)
        for _ in 0..<3 {
            // Longer than the threads watch for a job.
            var sum = 0.0
            for number in 1...300_000 { sum += 1 / Double(number) }
            #expect(sum > 1 && team.map(5) { $0 } == [0, 1, 2, 3, 4])
        }
    }

    @Test func blocksCoverAllRowsInOrder() {
        let team = WorkerTeam(threads: 2)
        for count in [0, 1, WorkerTeam.blockSize, WorkerTeam.blockSize + 1, 100_000] {
            #expect(team.blocks(of: count) { Array($0) }.flatMap { $0 } == Array(0..<count))
        }
    }

    @Test func whatIsNotWorthwhileIsDoneByTheCaller() {
        let team = WorkerTeam(threads: 2)
        let sum = Atomic<Int>(0)
        team.run(10, isWorthwhile: false) { sum.wrappingAdd($0, ordering: .relaxed) }
        #expect(sum.load(ordering: .relaxed) == 45)
    }
}
