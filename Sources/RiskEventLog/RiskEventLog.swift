// RiskEventLog
