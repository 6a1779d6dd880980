import RiskCore
import RiskEngine
import RiskModels

@testable import RiskTraining

/// A model's margins of replayed events.
final class ServableMargins {
    private let servable: ServableModel
    private var scratch = ServableModel.Scratch()

    init(_ model: LoadedModel) throws { servable = try ServableModel(model) }

    func margin(_ event: ReplayedEvent) -> Double { servable.margin(event.observation, scratch: &scratch) }
}
