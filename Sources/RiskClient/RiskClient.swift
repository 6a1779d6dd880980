// RiskClient
