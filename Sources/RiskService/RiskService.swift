// RiskService
