// RiskIdentity
