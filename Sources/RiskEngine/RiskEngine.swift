// RiskEngine
